package redislock

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"shop/platform/lock"
	"shop/platform/logging"
)

// Locker implements lock.Locker with commands of its own.
type Locker struct {
	cfg    Config
	client *redis.Client
	fences lock.Fences
}

// New returns a Locker.
func New(client *redis.Client, cfg Config, fences lock.Fences) *Locker {
	return &Locker{cfg: cfg, client: client, fences: fences}
}

//stagecraft:add
var (
	extendOwn = redis.NewScript(`if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], ARGV[2]) end return 0`)
	deleteOwn = redis.NewScript(`if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`)
)

// held is a lock that this process has.
//
//stagecraft:add
type held struct {
	*Locker
	key, value string
	until      time.Time
}

// With implements lock.Locker.
func (l *Locker) With(ctx context.Context, key string, fn func(ctx context.Context, token int64) error) error {
	h := &held{Locker: l, key: key, value: rand.Text(), until: time.Now().Add(l.cfg.Expiry)}
	bounded, stop := context.WithTimeout(ctx, l.cfg.Expiry/4)
	ok, err := l.client.SetNX(bounded, key, h.value, l.cfg.Expiry).Result()
	stop()
	if err != nil {
		h.release(ctx) // the answer may be what was lost
		return fmt.Errorf("lock %s: %w", key, err)
	}
	if !ok {
		return lock.ErrTaken
	}
	guarded, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cancel(h.keep(guarded))
	}()
	defer func() {
		cancel(nil)
		<-ended
		h.release(ctx)
	}()
	token, err := l.fences.Next(guarded, key)
	if err != nil {
		return errors.Join(errors.New("no fencing token for "+key), err)
	}
	return fn(guarded, token)
}

// keep extends the lock until ctx ends, and says why it had to give up.
//
//stagecraft:add
func (h *held) keep(ctx context.Context) error {
	pause := h.cfg.Expiry / 3
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(pause, time.Until(h.until))):
		}
		began := time.Now()
		attempt, stop := context.WithDeadline(ctx, h.until)
		n, err := extendOwn.Eval(attempt, h.client, []string{h.key}, h.value, h.cfg.Expiry.Milliseconds()).Int()
		stop()
		switch {
		case err == nil && n == 1:
			h.until, pause = began.Add(h.cfg.Expiry), h.cfg.Expiry/3
		case err == nil, !time.Now().Before(h.until):
			return lock.ErrLost
		default:
			pause = h.cfg.Expiry / 20
		}
	}
}

//stagecraft:add
func (h *held) release(ctx context.Context) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), h.cfg.UnlockTimeout)
	defer stop()
	if err := deleteOwn.Eval(ctx, h.client, []string{h.key}, h.value).Err(); err != nil {
		logging.From(ctx).Warn("lock not released", logging.Error(err))
	}
}

//stagecraft:drop
const timeoutFactor = 0

//stagecraft:drop
func watch() {}

//stagecraft:drop
func extend() {}

//stagecraft:drop
func (l *Locker) unlock() {}

//stagecraft:drop
func isTaken() {}

//stagecraft:drop
const marginFactor = 0
