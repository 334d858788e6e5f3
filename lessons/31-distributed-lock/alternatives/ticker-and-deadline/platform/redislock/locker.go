package redislock

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-redsync/redsync/v4"

	"shop/platform/lock"
)

// With implements lock.Locker. The watchdog ticks eight times in the life of the lock, and a timer ends the work when the lock does.
func (l *Locker) With(ctx context.Context, key string, fn func(ctx context.Context, token int64) error) error {
	mutex := l.sync.NewMutex(key, redsync.WithExpiry(l.cfg.Expiry), redsync.WithTries(1), redsync.WithTimeoutFactor(0.3))
	err := mutex.LockContext(ctx)
	var taken *redsync.ErrTaken
	switch {
	case errors.As(err, &taken):
		return lock.ErrTaken
	case err != nil:
		return errors.Join(fmt.Errorf("get the lock %s", key), err)
	}
	work, end := context.WithCancelCause(ctx)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		l.guard(work, mutex, end, stop)
	}()
	defer func() {
		end(context.Canceled)
		close(stop)
		<-stopped
		fresh, cancel := context.WithTimeout(context.Background(), l.cfg.UnlockTimeout)
		defer cancel()
		_, _ = mutex.UnlockContext(fresh)
	}()
	token, err := l.fences.Next(work, key)
	if err == nil {
		err = fn(work, token)
	}
	return err
}

//stagecraft:add
func (l *Locker) guard(work context.Context, mutex *redsync.Mutex, end context.CancelCauseFunc, stop <-chan struct{}) {
	tick := time.NewTicker(l.cfg.Expiry / 8)
	defer tick.Stop()
	expires := time.AfterFunc(time.Until(mutex.Until()), func() { end(lock.ErrLost) })
	defer expires.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		attempt, cancel := context.WithDeadline(work, mutex.Until())
		ok, err := mutex.ExtendContext(attempt)
		cancel()
		var taken *redsync.ErrTaken
		switch {
		case ok:
			expires.Reset(time.Until(mutex.Until()))
		case errors.As(err, &taken):
			end(lock.ErrLost)
			return
		}
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
