package redislock_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shop/platform/lock"
)

type zzlValue struct{}

// zzlBaseline is the ordinary case: a free lock, and free again afterwards.
func zzlBaseline(t *testing.T) {
	t.Helper()
	p, key := zzlNew(t, zzlConfig{}), zzlKey()
	h := p.hold(t.Context(), key)
	h.leave(nil)
	if r := zzlAwait(t, "the ordinary case does not work yet", h.result); r.err != nil || r.panics != nil {
		zzlFail(t, "ordinary", "the ordinary case does not work yet: the work of a holder succeeds", "no error", r.String(), "the rest of the check needs it")
	}
}

func TestZZLockOne(t *testing.T) {
	zzlBaseline(t)
	redis, fences := zzlDirect(t), &zzlFences{}
	first, second := zzlNew(t, zzlConfig{fences: fences}), zzlNew(t, zzlConfig{fences: fences})

	// A holder, and a process that comes meanwhile.
	key := zzlKey()
	h := first.hold(t.Context(), key)
	switch left := redis.left(key); {
	case left == 0:
		zzlFail(t, "no-key", "the lock is held, and its key is not in Redis", "the key "+key, "no such key", "processes of another version, and an operator, look for the lock under this name")
	case left < 0 || left > zzlLong:
		seen := "a key that does not expire"
		if left > 0 {
			seen = fmt.Sprintf("a key for %s more", left.Round(time.Millisecond))
		}
		zzlFail(t, "no-expiry", "the lock does not expire with its holder", fmt.Sprintf("it expires after Expiry, here %s, or earlier", zzlLong), seen,
			"a process that is killed releases nothing; its lock is held until it expires")
	}
	dead, deadKey := zzlNew(t, zzlConfig{}), zzlKey()
	dead.failAfter(1, math.MaxInt)
	zzlAwait(t, "the connection breaks after the first command", dead.with(t.Context(), deadKey, func(context.Context, int64) error { return nil }))
	if redis.left(deadKey) < 0 {
		zzlFail(t, "no-expiry", "the lock does not expire with its holder", "the key and its expiry are set by one command",
			"a process that sends one command and no other leaves a key that does not expire", "a process can be killed between two commands")
	}
	var called atomic.Bool
	before := second.commands()
	result := second.with(t.Context(), key, func(context.Context, int64) error {
		called.Store(true)
		return nil
	})
	var r zzlResult
	for waited := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		if n := second.commands() - before; n > 10 {
			zzlFail(t, "waits", "With waits for a lock that another process holds", "lock.ErrTaken after the first attempt",
				fmt.Sprintf("%d commands to Redis, and no answer yet", n), "the other process does the work. A caller that wants to wait can call With again")
		}
		if time.Since(waited) > zzlStuck {
			zzlFail(t, "waits", "With waits for a lock that another process holds", "lock.ErrTaken after the first attempt",
				fmt.Sprintf("no answer after %s", zzlStuck), "the other process does the work. A caller that wants to wait can call With again")
		}
		if len(result) > 0 {
			r = <-result
			break
		}
	}
	switch {
	case called.Load():
		zzlFail(t, "two-holders", "two processes hold the same lock", "the second function is not called", "it is called", "a lock has one holder")
	case !errors.Is(r.err, lock.ErrTaken):
		zzlFail(t, "not-taken", "With of a lock that another process holds returns something else", "lock.ErrTaken", r.String(),
			"the caller must know whether another process does the work, or whether Redis is down and no process does it")
	}

	// Another lock is free meanwhile.
	other := zzlKey()
	o := second.hold(t.Context(), other)
	o.ends(t, "a lock with another key", errZZL)
	h.ends(t, "the work has failed", errZZL)

	// The context of the work.
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), zzlValue{}, "correlation"))
	key = zzlKey()
	h = first.hold(ctx, key)
	if h.ctx.Value(zzlValue{}) != "correlation" {
		zzlFail(t, "context", "the context of the work has lost the values of the caller's", "its values", "they are missing", "the log of the work has no correlation id, and its calls no user")
	}
	cancel()
	select {
	case <-h.ctx.Done():
	case <-time.After(zzlStuck):
		zzlFail(t, "context", "the context of the work outlives the caller's", "it ends with the caller's", fmt.Sprintf("it has not ended after %s", zzlStuck), "a service that stops cannot end its work")
	}
	if cause := context.Cause(h.ctx); errors.Is(cause, lock.ErrLost) {
		zzlFail(t, "context", "the context of the caller has ended, and the cause is that the lock was lost", "context.Canceled", cause.Error(), "the lock was held; a stop of the service would look like a fault of Redis")
	}
	h.leave(nil)
	zzlAwait(t, "the caller has gone", h.result)

	// Many callers at once.
	processes := []*zzlProcess{first, second, zzlNew(t, zzlConfig{fences: fences}), zzlNew(t, zzlConfig{fences: fences})}
	var inside, most, ran atomic.Int64
	var callers sync.WaitGroup
	errs := make([]error, 24)
	key = zzlKey()
	for i := range errs {
		callers.Go(func() {
			for range 5 {
				errs[i] = processes[i%len(processes)].locker.With(t.Context(), key, func(context.Context, int64) error {
					if n := inside.Add(1); n > 1 {
						most.Store(n)
					}
					ran.Add(1)
					inside.Add(-1)
					return nil
				})
				if errs[i] != nil && !errors.Is(errs[i], lock.ErrTaken) {
					return
				}
			}
		})
	}
	callers.Wait()
	if n := most.Load(); n > 1 {
		zzlFail(t, "two-holders", "two processes hold the same lock", "one at a time", fmt.Sprintf("%d at once, of 24 callers", n), "a lock has one holder")
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, lock.ErrTaken) {
			zzlFail(t, "not-taken", "With of a lock that another process holds returns something else", "lock.ErrTaken", err.Error(), "contention is no failure of Redis")
		}
	}
	if ran.Load() == 0 {
		zzlFail(t, "not-taken", "24 callers come at once, and no caller gets the lock", "at least one", "none", "the work is never done")
	}

	// Redis is down, or does not answer.
	proxy := zzlNewProxy(t)
	client := zzlNew(t, zzlConfig{address: proxy.address, unlock: time.Second})
	for _, fault := range []struct {
		name   string
		inject func()
	}{{"Redis is down", proxy.Cut}, {"Redis does not answer", func() { proxy.Heal(); proxy.Freeze() }}} {
		fault.inject()
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		r := zzlAwait(t, fault.name, client.with(ctx, zzlKey(), func(context.Context, int64) error {
			called.Store(true)
			return nil
		}))
		cancel()
		switch {
		case called.Load():
			zzlFail(t, "unlocked", fault.name+", and the work is done without a lock", "an error, and no work", "the function is called", "every replica would do the work")
		case r.err == nil:
			zzlFail(t, "unlocked", fault.name+", and With returns no error", "an error", r.String(), "the caller believes that the work is done")
		case errors.Is(r.err, lock.ErrTaken):
			zzlFail(t, "down-is-taken", fault.name+", and With returns lock.ErrTaken", "another error than lock.ErrTaken", r.String(),
				"no process does the work, and each believes that another does it")
		}
	}
}

func TestZZLockToken(t *testing.T) {
	zzlBaseline(t)
	redis, fences, key := zzlDirect(t), &zzlFences{}, zzlKey()
	first, second := zzlNew(t, zzlConfig{fences: fences}), zzlNew(t, zzlConfig{fences: fences})

	locked := true
	fences.before = func(context.Context) error {
		locked = redis.left(key) != 0
		return nil
	}
	h := first.hold(t.Context(), key)
	if len(fences.issued) != 1 || fences.issued[0] != h.token || !slices.Equal(fences.calls(), []string{key}) {
		zzlFail(t, "token", "the holder does not get a token of its own", fmt.Sprintf("the token that Next has returned for %s", key),
			fmt.Sprintf("token %d; Next was called for %q and returned %v", h.token, fences.calls(), fences.issued), "the database compares this token with the newest that Next has issued")
	}
	if !locked {
		zzlFail(t, "before-lock", "the token is taken before the lock", "the lock, then the token", "no lock in Redis when Next is called", "two processes may take their tokens in one order and get the lock in the other: then the token of the holder is the older one")
	}
	zzlAwait(t, "the lock is held", second.with(t.Context(), key, func(context.Context, int64) error { return nil }))
	if n := len(fences.calls()); n != 1 {
		zzlFail(t, "taken-token", "a process that does not get the lock takes a token", "no call of Next", fmt.Sprintf("%d calls", n-1), "Next makes the token of the holder invalid: what it stores is refused, and no process does the work again")
	}
	h.ends(t, "the work has failed", errZZL)
	h = second.hold(t.Context(), key)
	if n := len(fences.issued); n != 2 || h.token != fences.issued[1] {
		zzlFail(t, "token", "the next holder does not get a token of its own", "a second call of Next, and its token", fmt.Sprintf("token %d; Next has returned %v", h.token, fences.issued), "two holders with one token cannot be told apart")
	}
	h.ends(t, "the work of the next holder", errZZL)

	// No token.
	fences.before = func(context.Context) error { return errZZLNext }
	called := false
	r := zzlAwait(t, "Next fails", first.with(t.Context(), key, func(context.Context, int64) error {
		called = true
		return nil
	}))
	if called || !errors.Is(r.err, errZZLNext) {
		seen := r.String()
		if called {
			seen = "the function is called, and " + seen
		}
		zzlFail(t, "no-token", "Next fails, and With continues", "the error of Next, and no call of the function", seen, "work without a token cannot be stored, or overwrites that of the next holder")
	}
	redis.mustBeFree(key, "after Next has failed")

	// A database that does not answer.
	entered := make(chan struct{})
	fences.before = func(ctx context.Context) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	result := first.with(ctx, key, func(context.Context, int64) error { return nil })
	select {
	case <-entered:
	case <-time.After(zzlStuck):
		zzlFail(t, "token", "With does not take a token", "a call of Next", "none", "the database cannot tell this holder from an earlier one")
	}
	cancel()
	if r := zzlAwait(t, "the caller has gone while Next waits for the database", result); r.err == nil {
		zzlFail(t, "no-token", "Next has failed, and With returns no error", "an error", r.String(), "the caller believes that the work is done")
	}
	redis.mustBeFree(key, "after the caller has gone while Next was waiting")
}

func TestZZLockWatchdog(t *testing.T) {
	zzlBaseline(t)
	const died = "the lock of a living holder expires"
	zzlTogether(t, func(t *testing.T, pace zzlPace) {
		redis, p, other, key := zzlDirect(t), zzlNew(t, zzlConfig{expiry: pace.expiry}), zzlNew(t, zzlConfig{}), zzlKey()
		h, began := p.hold(t.Context(), key), time.Now()
		for n := 0; n < 2 || time.Since(began) < pace.expiry*3/2; n++ {
			if !redis.extended(key, pace, func() bool { return h.ctx.Err() != nil }) {
				zzlFail(t, "expires", died, fmt.Sprintf("it is extended again and again while the function runs; Expiry is %s here", pace.expiry),
					fmt.Sprintf("%d extensions, then %s", n, zzlState(redis, key, h)), "a second process begins the same work")
			}
			if left := redis.left(key); left > pace.expiry {
				zzlFail(t, "too-long", "the lock is extended beyond Expiry", fmt.Sprintf("at most %s from then", pace.expiry), fmt.Sprintf("a key for %s more", left.Round(time.Millisecond)),
					"the lock of a process that is killed is held until it expires")
			}
		}
		r := zzlAwait(t, "the lock is held", other.with(t.Context(), key, func(context.Context, int64) error { return nil }))
		if !errors.Is(r.err, lock.ErrTaken) || h.ctx.Err() != nil {
			zzlFail(t, "expires", died, "lock.ErrTaken for all others, and a context that has not ended", r.String()+"; "+zzlState(redis, key, h), "a second process begins the same work")
		}
		h.ends(t, "the work has taken longer than Expiry", errZZL)
	}, func(t *testing.T, pace zzlPace) {
		// The token takes longer than the lock lives.
		redis, key := zzlDirect(t), zzlKey()
		kept := true
		fences := &zzlFences{before: func(ctx context.Context) error {
			kept = redis.extended(key, pace, func() bool { return ctx.Err() != nil })
			return nil
		}}
		h := zzlNew(t, zzlConfig{expiry: pace.expiry, fences: fences}).hold(t.Context(), key)
		if !kept {
			zzlFail(t, "token-unwatched", "the lock expires while its holder waits for the token", "it is extended from the beginning, also during Next", "it is not extended", "a busy database would make two holders")
		}
		h.ends(t, "the token has taken long", errZZL)
	}, func(t *testing.T, pace zzlPace) {
		// The first attempt fails.
		redis, p, key := zzlDirect(t), zzlNew(t, zzlConfig{expiry: pace.expiry}), zzlKey()
		h := p.hold(t.Context(), key)
		p.failAfter(0, 1)
		if !redis.extended(key, pace, func() bool { return h.ctx.Err() != nil }) {
			zzlFail(t, "gives-up", "one attempt to extend the lock fails, and the lock is gone", "another attempt, while the lock still lives", zzlState(redis, key, h), "a connection that breaks once is no reason to stop the work")
		}
		h.ends(t, "one attempt to extend the lock has failed", errZZL)
	})
}

// zzlState says what there is of a lock and its holder.
func zzlState(redis zzlRedis, key string, h *zzlHold) string {
	text := "there is no lock in Redis"
	if left := redis.left(key); left != 0 {
		text = fmt.Sprintf("the lock has %s left", left.Round(time.Millisecond))
	}
	if err := h.ctx.Err(); err != nil {
		text += fmt.Sprintf(", and the context of the work has ended: %v", context.Cause(h.ctx))
	}
	return text
}

// mustLose requires that the context of the work ends, and says why.
func (h *zzlHold) mustLose(t *testing.T, pace zzlPace, what string) {
	t.Helper()
	select {
	case <-h.ctx.Done():
	case <-time.After(pace.stuck):
		zzlFail(t, "runs-on", what+", and its holder continues", "the context of the work ends with the next attempt to extend the lock, at the latest when it expires",
			fmt.Sprintf("it has not ended after %s; Expiry is %s here", pace.stuck, pace.expiry), "two processes do the same work, and the first does not know")
	}
	if cause := context.Cause(h.ctx); !errors.Is(cause, lock.ErrLost) {
		zzlFail(t, "cause", what+", and the context of the work has another cause", "the cause lock.ErrLost", fmt.Sprint(cause), "a job that was stopped and a job that has lost its lock are recorded differently")
	}
}

func TestZZLockLost(t *testing.T) {
	zzlBaseline(t)
	lose := func(address func(t *testing.T) (string, func())) func(t *testing.T, pace zzlPace) {
		return func(t *testing.T, pace zzlPace) {
			address, strike := address(t)
			redis, key := zzlDirect(t), zzlKey()
			p := zzlNew(t, zzlConfig{address: address, expiry: pace.expiry, unlock: time.Second})
			h := p.hold(t.Context(), key)
			strike()
			expires := time.Now().Add(redis.left(key))
			ended := make(chan time.Time, 1)
			go func() {
				<-h.ctx.Done()
				ended <- time.Now()
			}()
			h.mustLose(t, pace, "Redis does not answer until the lock has expired")
			if late := (<-ended).Sub(expires); late > pace.expiry/3 {
				zzlFail(t, "too-late", "a holder continues after its lock has expired", "its context ends when the lock does, at the latest",
					fmt.Sprintf("it ends %s later; Expiry is %s here", late.Round(10*time.Millisecond), pace.expiry),
					"the next holder has begun. No attempt may take longer than the lock still lives")
			}
			h.ends(t, "Redis did not answer", errZZL)
		}
	}
	zzlTogether(t, func(t *testing.T, pace zzlPace) {
		// Redis has lost the lock, or its clock has jumped, and another process has it now.
		redis, p, key := zzlDirect(t), zzlNew(t, zzlConfig{expiry: pace.expiry}), zzlKey()
		h := p.hold(t.Context(), key)
		redis.set(key)
		h.mustLose(t, pace, "the lock is another's")
		if left := redis.left(key); redis.value(key) != zzlOther || left < zzlOtherLeft/2 {
			zzlFail(t, "changes-others", "a process that has lost its lock extends that of the next holder", "the key of the next holder, as it was",
				fmt.Sprintf("the value %q for %s", redis.value(key), left.Round(time.Millisecond)), "extend only what has your own value, in one atomic step")
		}
		select {
		case r := <-h.result:
			zzlFail(t, "left-alone", "the lock is lost, and With returns although the function still runs", "With returns when the function has returned", "it returned "+r.String(),
				"the caller begins again, or stops its service, in the middle of the work")
		case <-time.After(zzlQuiet):
		}
		h.ends(t, "the lock was lost", errZZL)
		if redis.value(key) != zzlOther {
			zzlFail(t, "changes-others", "a process that has lost its lock releases that of the next holder", "the key of the next holder", "it is gone", "a third process begins while the second is at work")
		}
	}, func(t *testing.T, pace zzlPace) {
		// Redis has lost its data, and no other process has come yet.
		redis, p, key := zzlDirect(t), zzlNew(t, zzlConfig{expiry: pace.expiry}), zzlKey()
		h := p.hold(t.Context(), key)
		redis.del(key)
		h.mustLose(t, pace, "the lock is gone from Redis")
		if redis.value(key) != "" {
			zzlFail(t, "retaken", "a process takes a lock again that it has lost", "no key in Redis", "a new key", "another process may have had the lock meanwhile, and its work is done: only a new call of With, with a new token, is safe")
		}
		h.ends(t, "the lock was lost, and the function returns nil", nil)
	}, func(t *testing.T, pace zzlPace) {
		// Redis has lost its data, and the same process takes the lock again.
		redis, p, key := zzlDirect(t), zzlNew(t, zzlConfig{expiry: pace.expiry}), zzlKey()
		h := p.hold(t.Context(), key)
		redis.del(key)
		next := p.hold(t.Context(), key)
		h.mustLose(t, pace, "a later call of With in the same process has the lock")
		h.ends(t, "the lock was lost", errZZL)
		if redis.left(key) == 0 || next.ctx.Err() != nil {
			zzlFail(t, "changes-others", "a call of With that has lost its lock releases that of a later call in the same process", "the key of the later call", zzlState(redis, key, next),
				"the value of the key tells holders apart, not processes: make a new one for each call")
		}
		next.ends(t, "the lock is held", errZZL)
	}, func(t *testing.T, pace zzlPace) {
		// The lock is lost before the work has begun.
		redis, key := zzlDirect(t), zzlKey()
		ended, entered := false, false
		fences := &zzlFences{before: func(ctx context.Context) error {
			entered = true
			redis.set(key)
			select {
			case <-ctx.Done():
				ended = true
				return ctx.Err()
			case <-time.After(min(pace.stuck, zzlStuck*4/5)):
				return errZZLNext
			}
		}}
		p := zzlNew(t, zzlConfig{expiry: pace.expiry, fences: fences})
		called := false
		var r zzlResult
		for range 3 {
			if r = zzlAwait(t, "the lock is lost while Next waits", p.with(t.Context(), key, func(context.Context, int64) error {
				called = true
				return nil
			})); entered {
				break
			}
		}
		if !ended || called || r.err == nil {
			zzlFail(t, "next", "the lock is lost while Next waits, and With continues", "the context of Next ends; With returns an error, and does not call the function",
				fmt.Sprintf("the context of Next has ended: %t; the function was called: %t; With returned %s", ended, called, r),
				"the other holder may have its token already; a newer one would make it invalid, and its work would be refused")
		}
	}, lose(func(t *testing.T) (string, func()) {
		proxy := zzlNewProxy(t)
		return proxy.address, proxy.Freeze
	}), lose(func(t *testing.T) (string, func()) {
		proxy := zzlNewProxy(t)
		return proxy.address, proxy.Cut
	}))
}

func TestZZLockRelease(t *testing.T) {
	zzlBaseline(t)
	redis, p := zzlDirect(t), zzlNew(t, zzlConfig{})

	key := zzlKey()
	p.hold(t.Context(), key).ends(t, "the work has failed", errZZL)
	redis.mustBeFree(key, "after the work has failed")

	key = zzlKey()
	ctx, cancel := context.WithCancel(t.Context())
	h := p.hold(ctx, key)
	cancel()
	h.ends(t, "the context of the caller has ended", errZZL)
	redis.mustBeFree(key, "after the context of the caller has ended")

	key = zzlKey()
	expiring := zzlExpiring{t.Context(), make(chan struct{})}
	h = p.hold(expiring, key)
	close(expiring.passed)
	h.ends(t, "the deadline of the caller has passed", errZZL)
	redis.mustBeFree(key, "after the deadline of the caller has passed")

	key = zzlKey()
	if r := zzlAwait(t, "the work panics", p.with(t.Context(), key, func(context.Context, int64) error { panic("broken") })); r.panics != "broken" {
		zzlFail(t, "panic", "With hides a panic of the function", "the panic", r.String(), "the caller believes that the work is done; what to do with a panic is its decision")
	}
	redis.mustBeFree(key, "after a panic")

	// The lock of the next holder.
	key = zzlKey()
	h = p.hold(t.Context(), key)
	redis.set(key)
	h.ends(t, "the lock is another's, and the function returns nil", nil)
	if redis.value(key) != zzlOther {
		zzlFail(t, "others", "a process releases the lock of the next holder", "the key of the next holder", "it is gone", "delete only what has your own value, in one atomic step")
	}
	key = zzlKey()
	h = p.hold(t.Context(), key)
	zzlAwait(t, "the lock is held", zzlNew(t, zzlConfig{}).with(t.Context(), key, func(context.Context, int64) error { return nil }))
	if redis.left(key) == 0 {
		zzlFail(t, "others", "a process that does not get the lock releases it", "the key of the holder", "it is gone", "delete only what has your own value")
	}
	h.ends(t, "another process has come meanwhile", errZZL)

	left := func(what string, end func(t *testing.T, p *zzlProcess, key string)) func(t *testing.T, pace zzlPace) {
		return func(t *testing.T, pace zzlPace) {
			p, key := zzlNew(t, zzlConfig{expiry: pace.expiry}), zzlKey()
			end(t, p, key)
			before := p.commands()
			time.Sleep(pace.expiry * 3 / 5) // it would extend the lock within this time, and there is no event to wait for
			if n := p.commands() - before; n > 0 {
				zzlFail(t, "watchdog-left", "With has returned after "+what+", and still sends commands to Redis", "no command",
					fmt.Sprintf("%d commands within %s; Expiry is %s here", n, pace.expiry*3/5, pace.expiry), "each call leaves a goroutine behind")
			}
		}
	}
	frozen := func(err error) func(t *testing.T, pace zzlPace) {
		return func(t *testing.T, pace zzlPace) {
			// Redis does not answer the release.
			const limit = 300 * time.Millisecond
			proxy := zzlNewProxy(t)
			h := zzlNew(t, zzlConfig{address: proxy.address, unlock: limit}).hold(t.Context(), zzlKey())
			proxy.Freeze()
			h.leave(err)
			select {
			case r := <-h.result:
				if r.panics != nil || !errors.Is(r.err, err) {
					zzlFail(t, "error-lost", "the release fails, and With does not return what the function has returned", zzlResult{err: err}.String(), r.String(), "the work has ended as it has; the lock expires by itself")
				}
			case <-time.After(limit + pace.expiry/3):
				zzlFail(t, "unbounded", "Redis does not answer the release, and With does not return", fmt.Sprintf("it returns after UnlockTimeout, here %s", limit),
					fmt.Sprintf("it has not returned after %s", limit+pace.expiry/3), "the work is done, and its caller waits for a lock that expires by itself")
			}
		}
	}
	zzlTogether(t, frozen(errZZL), frozen(nil), left("an error of the function", func(t *testing.T, p *zzlProcess, key string) {
		p.hold(t.Context(), key).ends(t, "the work has failed", errZZL)
	}), left("a panic", func(t *testing.T, p *zzlProcess, key string) {
		for range 3 { // a lock that lives for a short time leaves Redis little time for an answer
			if r := zzlAwait(t, "the work panics", p.with(t.Context(), key, func(context.Context, int64) error { panic("broken") })); r.panics != nil {
				return
			}
		}
	}), left("an error of Next", func(t *testing.T, p *zzlProcess, key string) {
		p.fences.before = func(context.Context) error { return errZZLNext }
		for range 3 {
			if r := zzlAwait(t, "Next fails", p.with(t.Context(), key, func(context.Context, int64) error { return nil })); errors.Is(r.err, errZZLNext) {
				return
			}
		}
	}))
}
