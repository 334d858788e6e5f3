package job

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrLocked says that another has the lock.
var ErrLocked = errors.New("locked by another")

// releaseTimeout bounds the release of a lock, which must be tried even after the context of the work has ended.
const releaseTimeout = 3 * time.Second

var (
	// Only the owner may touch the lock: a process that slept past the end of its lock would otherwise take it away from the next owner.
	extendIfOwner = redis.NewScript(`
		if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
		return redis.call("PEXPIRE", KEYS[1], ARGV[2])`)
	deleteIfOwner = redis.NewScript(`
		if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
		return redis.call("DEL", KEYS[1])`)
)

// Locker makes locks in Redis. They keep replicas from doing the same work at the same time, but not always: a restarted Redis forgets
// them, and a paused process outlives its own.
type Locker struct {
	client *redis.Client
	ttl    time.Duration
}

// NewLocker returns a Locker whose locks end after ttl unless they are extended.
func NewLocker(client *redis.Client, ttl time.Duration) *Locker {
	return &Locker{client: client, ttl: ttl}
}

// Lock is a lock that this process holds, or has held.
type Lock struct {
	client     *redis.Client
	key, token string
	ttl        time.Duration
	// known is when the last request was sent to which Redis answered that the lock is ours.
	known time.Time
}

// Acquire returns the lock of the key, or ErrLocked. After any other error nobody knows, because only the answer may have been lost. The
// lock returned with such an error must be released, because a lock without an owner would keep everybody out.
func (l *Locker) Acquire(ctx context.Context, key string) (*Lock, error) {
	lock := &Lock{client: l.client, key: key, token: rand.Text(), ttl: l.ttl, known: time.Now()}
	err := l.client.SetArgs(ctx, key, lock.token, redis.SetArgs{Mode: "NX", TTL: l.ttl}).Err()
	switch {
	case err == nil:
		return lock, nil
	case errors.Is(err, redis.Nil):
		return nil, ErrLocked
	default:
		return lock, fmt.Errorf("lock %s: %w", key, err)
	}
}

// Release gives the lock back if it is still ours, even after ctx has ended.
func (l *Lock) Release(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if err := deleteIfOwner.Run(ctx, l.client, []string{l.key}, l.token).Err(); err != nil {
		return fmt.Errorf("unlock %s: %w", l.key, err)
	}
	return nil
}

// extend extends the lock by another ttl if it is still ours, and tells whether it is.
func (l *Lock) extend(ctx context.Context) (ours bool, err error) {
	asked := time.Now()
	extended, err := extendIfOwner.Run(ctx, l.client, []string{l.key}, l.token, l.ttl.Milliseconds()).Int()
	if err != nil {
		return false, fmt.Errorf("extend %s: %w", l.key, err)
	}
	if extended == 1 {
		l.known = asked
	}
	return extended == 1, nil
}
