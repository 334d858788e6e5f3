package worker_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"shop/platform/job"
	"shop/platform/worker"
)

const (
	zzjStuck = 20 * time.Second
	zzjTTL   = 2 * time.Minute
)

// zzjProcess has a client of its own, and faults in it.
type zzjProcess struct {
	*testing.T
	client *redis.Client
	locker *worker.Locker

	mu     sync.Mutex
	seen   int                                    // commands since the last arm
	before func(n int) error                      // the nth command does not go out when it returns an error
	after  func(n int, command redis.Cmder) error // the answer to the nth command is lost when it returns an error
}

func zzjNewProcess(t *testing.T) *zzjProcess {
	t.Helper()
	options, err := redis.ParseURL(zzjAddress(t))
	if err != nil {
		t.Skipf("address of Redis: %v", err)
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = time.Minute, time.Minute, time.Minute, time.Minute
	options.ContextTimeoutEnabled, options.MaxRetries, options.DialerRetries = true, -1, 1
	p := &zzjProcess{T: t, client: redis.NewClient(options)}
	t.Cleanup(func() { _ = p.client.Close() })
	p.client.AddHook(p)
	p.locker = worker.NewLocker(p.client, zzjTTL)
	return p
}

// arm sets faults, and counts commands anew.
func (p *zzjProcess) arm(before func(n int) error, after func(n int, command redis.Cmder) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen, p.before, p.after = 0, before, after
}

// DialHook implements redis.Hook.
func (p *zzjProcess) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (p *zzjProcess) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		if slices.Contains([]string{"hello", "client", "auth", "select", "ping", "command", "readonly"}, strings.ToLower(command.Name())) {
			return next(ctx, command)
		}
		return p.pass(command, func() error { return next(ctx, command) }, command.SetErr)
	}
}

// ProcessPipelineHook implements redis.Hook.
func (p *zzjProcess) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		if len(commands) == 0 || strings.EqualFold(commands[0].Name(), "hello") || strings.EqualFold(commands[0].Name(), "client") {
			return next(ctx, commands)
		}
		return p.pass(commands[0], func() error { return next(ctx, commands) }, func(err error) {
			for _, command := range commands {
				command.SetErr(err)
			}
		})
	}
}

func (p *zzjProcess) pass(command redis.Cmder, send func() error, set func(error)) error {
	p.mu.Lock()
	p.seen++
	n, before, after := p.seen, p.before, p.after
	p.mu.Unlock()
	if before != nil {
		if err := before(n); err != nil {
			set(err)
			return err
		}
	}
	err := send()
	if after != nil {
		if lost := after(n, command); lost != nil {
			set(lost)
			return lost
		}
	}
	return err
}

var zzjLost error = &net.OpError{Op: "read", Net: "tcp", Err: io.ErrUnexpectedEOF}

type zzjRelease = func(context.Context) error

// acquire calls Acquire, which must return.
func (p *zzjProcess) acquire(ctx context.Context, key string) (zzjRelease, error) {
	p.Helper()
	type answer struct {
		release zzjRelease
		err     error
	}
	answered := make(chan answer, 1)
	go func() {
		release, err := p.locker.Acquire(ctx, key)
		answered <- answer{release, err}
	}()
	select {
	case a := <-answered:
		return a.release, a.err
	case <-time.After(zzjStuck):
		zzjFail(p.T, "stuck", "Acquire does not return", "an answer at once", "nothing within "+zzjStuck.String(), "the caller tries again later; Acquire makes one attempt")
		return nil, nil
	}
}

// held requires a lock.
func (p *zzjProcess) held(key string) zzjRelease {
	p.Helper()
	release, err := p.acquire(context.Background(), key)
	if err != nil || release == nil {
		zzjFail(p.T, "ordinary", "the lock is free", "a function that releases it, and no error", fmt.Sprintf("release is nil: %t; error: %v", release == nil, err), "nothing else works before this does")
	}
	return release
}

// released requires that the release succeeds.
func (p *zzjProcess) released(what string, release zzjRelease) {
	p.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), zzjStuck)
	defer cancel()
	if err := release(ctx); err != nil {
		zzjFail(p.T, "release", what, "no error", err.Error(), "an expired lock is what the release wants")
	}
}

// taken requires ErrLocked.
func (p *zzjProcess) taken(id, what, key, why string) {
	p.Helper()
	_, err := p.acquire(context.Background(), key)
	if !errors.Is(err, job.ErrLocked) {
		zzjFail(p.T, id, what, "job.ErrLocked", fmt.Sprintf("error: %v", err), why)
	}
}

func TestZZJobsLock(t *testing.T) {
	observer := zzjNewProcess(t).client
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Skipf("ask Redis: %v", err)
		}
	}
	value := func(key string) string {
		t.Helper()
		text, err := observer.Get(ctx, key).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			t.Skipf("ask Redis: %v", err)
		}
		return text
	}
	ttl := func(key string) time.Duration {
		t.Helper()
		left, err := observer.PTTL(ctx, key).Result()
		must(err)
		return left
	}

	{ // one holder
		a, b, key := zzjNewProcess(t), zzjNewProcess(t), zzjNewKey()
		release := a.held(key)
		mine, left := value(key), ttl(key)
		if mine == "" {
			zzjFail(t, "ordinary", "the lock is held", "the key "+key+" in Redis", "no such key", "other replicas look for it")
		}
		if left <= zzjTTL/2 || left > zzjTTL {
			zzjFail(t, "expiry", "the lock has another time to live", zzjTTL.String(), left.String(), "the lock of a process that was killed must expire, and that of a living one must not")
		}
		must(observer.PExpire(ctx, key, zzjTTL/2).Err())
		b.taken("two-holders", "another process has the lock", key, "both would make the report")
		a.taken("two-holders", "this process has the lock already", key, "a tick and a request may come at once in one process")
		if value(key) != mine || ttl(key) > zzjTTL/2 {
			zzjFail(t, "two-holders", "an attempt that fails changes the lock of the holder", "the same value and expiry", fmt.Sprintf("value changed: %t, expires in %s", value(key) != mine, ttl(key)), "its holder cannot release it, or a dead holder's lock never expires")
		}
		a.released("the release of a lock that is held", release)
		if value(key) != "" {
			zzjFail(t, "release", "the lock was released", "no key", "the key is there", "the next attempt would have to wait until it expires")
		}
		b.released("the release of the next holder", b.held(key))
	}
	{ // another process comes between two commands
		p, key := zzjNewProcess(t), zzjNewKey()
		came := false
		p.arm(func(n int) error {
			if n == 2 {
				came = observer.SetArgs(ctx, key, "another", redis.SetArgs{Mode: "NX", TTL: zzjTTL}).Err() == nil
			}
			return nil
		}, nil)
		if _, err := p.acquire(ctx, key); err == nil && came {
			zzjFail(t, "two-holders", "another process gets the lock between two commands of Acquire, and Acquire succeeds", "job.ErrLocked", "no error", "a look and a write are two steps. SET with NX is one")
		}
	}
	{ // twenty at once
		key := zzjNewKey()
		var asking sync.WaitGroup
		var mu sync.Mutex
		holders := 0
		for range 4 {
			p := zzjNewProcess(t)
			for range 5 {
				asking.Go(func() {
					if _, err := p.locker.Acquire(ctx, key); err == nil {
						mu.Lock()
						defer mu.Unlock()
						holders++
					}
				})
			}
		}
		asking.Wait()
		if holders != 1 {
			zzjFail(t, "two-holders", "twenty calls at once for one lock", "one has it", fmt.Sprintf("%d have it", holders), "a look and a write are two steps. Another process comes between them")
		}
	}
	{ // killed after the first command
		p, key := zzjNewProcess(t), zzjNewKey()
		p.arm(func(n int) error {
			if n > 1 {
				return zzjLost
			}
			return nil
		}, nil)
		_, _ = p.acquire(ctx, key)
		if value(key) != "" && ttl(key) <= 0 {
			zzjFail(t, "expiry", "the process is killed after its first command: its lock never expires", "SET with NX and an expiry in one command", "a key without an expiry", "its window is never done, until an operator finds the key")
		}
	}
	{ // the lock has expired, and is another's
		a, b, key := zzjNewProcess(t), zzjNewProcess(t), zzjNewKey()
		release := a.held(key)
		first := value(key)
		must(observer.Del(ctx, key).Err())
		a.released("the release of a lock that has expired", release)
		b.held(key)
		if value(key) == first {
			zzjFail(t, "owner", "two holders have the same value", "a random value for each call of Acquire", fmt.Sprintf("%q for both", first), "how does a process that was suspended know that the lock is another's?")
		}
		a.released("the release of a lock that is another's", release)
		b.taken("owner", "a process was suspended until its lock had expired, and releases the lock of the next holder", key, "a third replica gets it, and works beside the second")
		again := a.client
		must(again.Del(ctx, key).Err())
		release = a.held(key)
		must(observer.Del(ctx, key).Err())
		a.held(key)
		a.released("the release of a lock that is the same process's", release)
		a.taken("owner", "the lock of a call has expired, another call in the same process has it, and the first releases it", key, "the value is new for each call of Acquire, not for each process")
	}
	{ // it expires between two commands of the release
		a, key := zzjNewProcess(t), zzjNewKey()
		release := a.held(key)
		a.arm(func(n int) error {
			if n == 2 {
				return observer.Set(ctx, key, "another", zzjTTL).Err()
			}
			return nil
		}, nil)
		_ = release(ctx) // a transaction may fail here
		a.mu.Lock()
		commands := a.seen
		a.mu.Unlock()
		if commands > 1 && value(key) != "another" {
			zzjFail(t, "owner", "the lock expires between two commands of the release, and the next holder loses its lock", "compare and delete in one step", fmt.Sprintf("%d commands, and the key of the next holder is gone", commands),
				"what was compared may have changed when it is deleted. A script runs as one command")
		}
	}
	{ // the answer is lost
		p, key := zzjNewProcess(t), zzjNewKey()
		p.arm(nil, func(int, redis.Cmder) error { return zzjLost })
		release, err := p.acquire(ctx, key)
		p.unknown("Redis has the lock, and its answer is lost", release, err)
		p.arm(nil, nil)
		p.released("the release of a lock whose answer was lost", release)
		if value(key) != "" {
			zzjFail(t, "unknown", "Redis has the lock, and its answer is lost: release leaves the key", "no key", "the key is there", "a lock without a holder blocks its window until it expires")
		}
	}
	{ // another has the lock, and the answer is lost
		p, key := zzjNewProcess(t), zzjNewKey()
		must(observer.Set(ctx, key, "another", zzjTTL).Err())
		p.arm(nil, func(int, redis.Cmder) error { return zzjLost })
		release, err := p.acquire(ctx, key)
		p.unknown("another process has the lock, and the answer that says so is lost", release, err)
		p.arm(nil, nil)
		p.released("the release of a lock that another process has", release)
		if value(key) != "another" {
			zzjFail(t, "owner", "another process has the lock, the answer that says so is lost, and release deletes it", "the key stays", "it is gone", "release removes a key with the value of its own call, and no other")
		}
	}
	{ // the caller has left, and Redis is down
		p, key := zzjNewProcess(t), zzjNewKey()
		gone, leave := context.WithCancel(ctx)
		leave()
		release, err := p.acquire(gone, key)
		p.unknown("the context has ended", release, err)
		p.arm(func(int) error { return zzjLost }, nil)
		release, err = p.acquire(ctx, key)
		p.unknown("Redis is down", release, err)
		if err := release(ctx); err == nil {
			zzjFail(t, "unknown", "Redis is down, and release says that the lock is released", "an error", "nil", "the log says that the lock has to expire")
		}
	}
}

// unknown requires an error after which the lock may be held.
func (p *zzjProcess) unknown(what string, release zzjRelease, err error) {
	p.Helper()
	if err == nil || errors.Is(err, job.ErrLocked) {
		zzjFail(p.T, "unknown", what, "another error than job.ErrLocked", fmt.Sprintf("error: %v", err), "ErrLocked is an answer of Redis, and there was none. No metric would show that Redis is down")
	}
	if release == nil {
		zzjFail(p.T, "unknown", what+": release is nil", "a function that releases the lock, if it is held", "nil", "only the answer may have been lost")
	}
}

func zzjNewKey() string { return "job:report-" + rand.Text() + ":2026-11-20" }

// zzjAddress is the Redis that the check has leased.
func zzjAddress(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-jobs-%x", sha256.Sum256([]byte(dir+"#"+path.Base(t.Name()))))))
	if err != nil {
		t.Skipf("address of Redis: %v", err)
	}
	return string(text)
}
