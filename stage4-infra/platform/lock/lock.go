// Package lock is the port of locks for work that one process at a time may do. Package redislock makes them in Redis.
//
// A lock that expires keeps others away while its holder works, but it cannot stop a holder that was paused beyond its end. So each holder
// gets a fencing token, which is larger than those of all holders of the same key before it. What the holder stores carries the token, and
// the database rejects a token that is not the newest.
package lock

import (
	"context"
	"errors"
)

var (
	// ErrTaken means that another process holds the lock.
	ErrTaken = errors.New("the lock is held by another process")
	// ErrLost is the cause with which the context of a holder ends that has lost its lock.
	ErrLost = errors.New("the lock was lost")
)

// Locker makes locks that expire unless their holder is alive.
type Locker interface {
	// With calls fn while this process holds the lock of the key, and returns the error of fn. The context of fn ends when another process
	// may hold the lock, and fn must then stop. With returns ErrTaken, or another error, if fn was not called.
	With(ctx context.Context, key string, fn func(ctx context.Context, token int64) error) error
}

// Fences issues fencing tokens. A loss of Redis must not make them smaller, so they come from the database that checks them.
type Fences interface {
	// Next returns a token that is larger than all before it for the key, and makes those invalid.
	Next(ctx context.Context, key string) (token int64, err error)
}

// Key returns the key for the lock of one thing: lock:<domain>:<resource>:<id>.
func Key(domain, resource, id string) string { return "lock:" + domain + ":" + resource + ":" + id }
