package redislock_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"shop/platform/lock"
	"shop/platform/redislock"
)

const (
	// zzlStuck is how long a call may take that should return at once. It is long, because no check here is about speed.
	zzlStuck = 15 * time.Second
	// zzlQuiet is how long to watch for what must not happen.
	zzlQuiet = 150 * time.Millisecond
	// zzlLong is an Expiry that does not pass during a check.
	zzlLong = 30 * time.Second
)

// zzlPace is an Expiry that passes during a check, and how long to wait for what follows from it.
type zzlPace struct{ expiry, stuck time.Duration }

// zzlPaces are tried in turn: a machine that stood still for a good part of the first has not shown anything.
var zzlPaces = []zzlPace{{3 * time.Second, 10 * time.Second}, {12 * time.Second, 30 * time.Second}}

var (
	errZZL     = errors.New("the work has failed")
	errZZLNext = errors.New("no token")
)

// zzlFences issues tokens from memory, with gaps.
type zzlFences struct {
	mu     sync.Mutex
	last   int64
	issued []int64
	keys   []string
	before func(ctx context.Context) error // called first, if it is set
}

func (f *zzlFences) Next(ctx context.Context, key string) (int64, error) {
	f.mu.Lock()
	before := f.before
	f.keys = append(f.keys, key)
	f.mu.Unlock()
	if before != nil {
		if err := before(ctx); err != nil {
			return 0, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last += 7
	f.issued = append(f.issued, f.last)
	return f.last, nil
}

// calls returns the keys for which Next was called.
func (f *zzlFences) calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.keys)
}

// zzlProcess is a Locker as a process has it: with a client of its own.
type zzlProcess struct {
	t      *testing.T
	locker *redislock.Locker
	client *redis.Client
	fences *zzlFences

	mu   sync.Mutex
	seen int // commands
	pass int // so many commands get an answer, and then
	fail int // so many do not
}

type zzlConfig struct {
	address string
	expiry  time.Duration
	unlock  time.Duration
	fences  *zzlFences
}

func zzlNew(t *testing.T, cfg zzlConfig) *zzlProcess {
	if cfg.address == "" {
		cfg.address = zzlAddress(t)
	}
	if cfg.expiry == 0 {
		cfg.expiry = zzlLong
	}
	if cfg.unlock == 0 {
		cfg.unlock = 20 * time.Second
	}
	if cfg.fences == nil {
		cfg.fences = &zzlFences{}
	}
	p := &zzlProcess{t: t, client: zzlClient(t, cfg.address), fences: cfg.fences}
	p.client.AddHook(p)
	p.locker = redislock.New(p.client, redislock.Config{Expiry: cfg.expiry, UnlockTimeout: cfg.unlock}, cfg.fences)
	return p
}

// zzlClient makes a client as platform/redis does, but with timeouts that are longer than any check: what bounds a command is its context.
func zzlClient(t *testing.T, address string) *redis.Client {
	options, err := redis.ParseURL(address)
	if err != nil {
		t.Skipf("address of Redis: %v", err)
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = time.Minute, time.Minute, time.Minute, time.Minute
	options.ContextTimeoutEnabled, options.MaxRetries, options.DialerRetries = true, -1, 1
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// DialHook implements redis.Hook.
func (p *zzlProcess) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessPipelineHook implements redis.Hook.
func (p *zzlProcess) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		if len(commands) > 0 && zzlOfConnection(commands[0]) {
			return next(ctx, commands)
		}
		if err := p.next(); err != nil {
			for _, command := range commands {
				command.SetErr(err)
			}
			return err
		}
		return next(ctx, commands)
	}
}

// ProcessHook implements redis.Hook.
func (p *zzlProcess) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		if zzlOfConnection(command) {
			return next(ctx, command)
		}
		if err := p.next(); err != nil {
			command.SetErr(err)
			return err
		}
		return next(ctx, command)
	}
}

// zzlOfConnection reports whether the library sends the command by itself.
func zzlOfConnection(command redis.Cmder) bool {
	return slices.Contains([]string{"hello", "client", "auth", "select", "ping", "command", "readonly"}, strings.ToLower(command.Name()))
}

func (p *zzlProcess) next() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen++
	switch {
	case p.pass > 0:
		p.pass--
	case p.fail > 0:
		p.fail--
		return &net.OpError{Op: "read", Net: "tcp", Err: io.ErrUnexpectedEOF}
	}
	return nil
}

// commands returns how many commands the process has sent.
func (p *zzlProcess) commands() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// failAfter lets n commands fail after so many others.
func (p *zzlProcess) failAfter(others, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pass, p.fail = others, n
}

// zzlResult is how a call of With ended.
type zzlResult struct {
	err    error
	panics any
}

func (r zzlResult) String() string {
	if r.panics != nil {
		return fmt.Sprintf("a panic: %v", r.panics)
	}
	if r.err == nil {
		return "no error"
	}
	return fmt.Sprintf("the error %q", r.err)
}

// with calls With in a goroutine of its own.
func (p *zzlProcess) with(ctx context.Context, key string, fn func(ctx context.Context, token int64) error) <-chan zzlResult {
	result := make(chan zzlResult, 1)
	go func() {
		defer func() {
			if panics := recover(); panics != nil {
				result <- zzlResult{panics: panics}
			}
		}()
		result <- zzlResult{err: p.locker.With(ctx, key, fn)}
	}()
	return result
}

// zzlHold is the work of a holder that has begun.
type zzlHold struct {
	ctx    context.Context // the one that the work was given
	token  int64
	leave  func(err error) // ends the work
	result <-chan zzlResult
}

// hold lets the process get the lock and stay in the work, until leave is called. The work does not look at its context. A lock that lives
// for a short time leaves Redis little time for an answer, so there are three attempts.
func (p *zzlProcess) hold(ctx context.Context, key string) *zzlHold {
	p.t.Helper()
	var r zzlResult
	for range 3 {
		h := &zzlHold{}
		began, end := make(chan struct{}), make(chan error, 1)
		var once sync.Once
		h.leave = func(err error) { once.Do(func() { end <- err }) }
		h.result = p.with(ctx, key, func(ctx context.Context, token int64) error {
			h.ctx, h.token = ctx, token
			close(began)
			return <-end
		})
		p.t.Cleanup(func() { h.leave(nil) })
		select {
		case <-began:
			return h
		case r = <-h.result:
			if r.panics != nil {
				zzlFail(p.t, "crash", "With panics", "no panic", r.String(), "a lock must not take its service down")
			}
		case <-time.After(zzlStuck):
			zzlFail(p.t, "ordinary", "the ordinary case does not work yet: With of a lock that is free", "it calls the function",
				fmt.Sprintf("nothing after %s", zzlStuck), "the rest of the check needs it")
		}
	}
	zzlFail(p.t, "ordinary", "the ordinary case does not work yet: With of a lock that is free", "it calls the function", r.String()+", and the function was not called",
		"the rest of the check needs it")
	return nil
}

// zzlAwait waits for the end of a call that must return.
func zzlAwait(t *testing.T, what string, result <-chan zzlResult) zzlResult {
	t.Helper()
	select {
	case r := <-result:
		return r
	case <-time.After(zzlStuck):
		zzlFail(t, "stuck", what+": With does not return", "it returns", fmt.Sprintf("nothing after %s", zzlStuck),
			"a caller that waits without a limit keeps its goroutine and its own callers")
	}
	panic("unreachable")
}

// ends ends the work with err, and requires that With returns it.
func (h *zzlHold) ends(t *testing.T, what string, err error) {
	t.Helper()
	h.leave(err)
	if r := zzlAwait(t, what, h.result); r.panics != nil || !errors.Is(r.err, err) {
		zzlFail(t, "error-lost", what+": With does not return what the function has returned", fmt.Sprint(err), r.String(), "the caller would report a failure as a success, or the reverse")
	}
}

func zzlKey() string { return lock.Key("check", "thing", rand.Text()) }

// zzlRedis looks at Redis past all faults.
type zzlRedis struct {
	t      *testing.T
	client *redis.Client
}

func zzlDirect(t *testing.T) zzlRedis { return zzlRedis{t, zzlClient(t, zzlAddress(t))} }

// left is the time to live of a key; 0 if there is no such key, -1 if it does not expire.
func (r zzlRedis) left(key string) time.Duration {
	left, err := r.client.PTTL(context.Background(), key).Result()
	switch {
	case err != nil:
		r.t.Skipf("look at Redis: %v", err)
	case left == -2:
		return 0
	case left < 0:
		return -1
	}
	return left
}

func (r zzlRedis) value(key string) string {
	value, err := r.client.Get(context.Background(), key).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		r.t.Skipf("look at Redis: %v", err)
	}
	return value
}

// set gives the lock to another holder.
func (r zzlRedis) set(key string) {
	if err := r.client.Set(context.Background(), key, zzlOther, zzlOtherLeft).Err(); err != nil {
		r.t.Skipf("change Redis: %v", err)
	}
}

func (r zzlRedis) del(key string) {
	if err := r.client.Del(context.Background(), key).Err(); err != nil {
		r.t.Skipf("change Redis: %v", err)
	}
}

const (
	zzlOther     = "another holder"
	zzlOtherLeft = 90 * time.Second
)

// mustBeFree requires that the lock was released.
func (r zzlRedis) mustBeFree(key, after string) {
	r.t.Helper()
	if left := r.left(key); left != 0 {
		zzlFail(r.t, "kept", "the lock is not released "+after, "no key "+key+" in Redis when With has returned", fmt.Sprintf("a key for %s more", left.Round(time.Millisecond)),
			"the next caller is refused because of a lock that no process needs")
	}
}

// extended waits until the lock is extended, or stop returns true. It reports whether that happens before it is gone.
func (r zzlRedis) extended(key string, pace zzlPace, stop func() bool) bool {
	last := r.left(key)
	for until := time.Now().Add(pace.stuck); time.Now().Before(until) && !stop(); time.Sleep(3 * time.Millisecond) {
		left := r.left(key)
		if left == 0 {
			return false
		}
		if left > last+pace.expiry/10 {
			return true
		}
		last = left
	}
	return false
}

// zzlAddress is the Redis that the check has leased.
func zzlAddress(t *testing.T) string {
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	var name string
	for part := range strings.SplitSeq(t.Name(), "/") {
		if strings.HasPrefix(part, "TestZZ") {
			name = part
		}
	}
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-lock-%x", sha256.Sum256([]byte(dir+"#"+name)))))
	if err != nil {
		t.Skipf("address of Redis: %v", err)
	}
	return string(text)
}

// zzlProxy stands before Redis and can be cut or frozen.
type zzlProxy struct {
	address  string
	target   string
	listener net.Listener

	mu    sync.Mutex
	cut   bool
	thaw  chan struct{} // closed while not frozen
	conns map[net.Conn]bool
}

func zzlNewProxy(t *testing.T) *zzlProxy {
	options, err := redis.ParseURL(zzlAddress(t))
	if err != nil {
		t.Skipf("address of Redis: %v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("proxy of Redis: %v", err)
	}
	p := &zzlProxy{target: options.Addr, listener: listener, thaw: make(chan struct{}), conns: map[net.Conn]bool{}}
	close(p.thaw)
	p.address = strings.Replace(zzlAddress(t), options.Addr, listener.Addr().String(), 1)
	go p.serve()
	t.Cleanup(func() {
		_ = listener.Close()
		p.Cut()
		p.Heal()
	})
	return p
}

// Cut breaks the connections and refuses new ones.
func (p *zzlProxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	for conn := range p.conns {
		_ = conn.Close()
	}
}

// Freeze lets no byte pass in either direction.
func (p *zzlProxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.thaw = make(chan struct{})
}

// Heal ends both.
func (p *zzlProxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = false
	select {
	case <-p.thaw:
	default:
		close(p.thaw)
	}
}

func (p *zzlProxy) serve() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = near.Close()
			continue
		}
		p.mu.Lock()
		p.conns[near], p.conns[far] = true, true
		cut := p.cut
		p.mu.Unlock()
		if cut {
			_, _ = near.Close(), far.Close()
			continue
		}
		go p.pump(near, far)
		go p.pump(far, near)
	}
}

func (p *zzlProxy) pump(from, to net.Conn) {
	defer to.Close()
	data := make([]byte, 64<<10)
	for {
		n, err := from.Read(data)
		if n > 0 {
			p.mu.Lock()
			thaw := p.thaw
			p.mu.Unlock()
			<-thaw
			if _, err := to.Write(data[:n]); err != nil {
				return
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				_ = from.Close()
			}
			return
		}
	}
}

// zzlExpiring is a context whose deadline passes when the check says so.
type zzlExpiring struct {
	context.Context
	passed chan struct{}
}

func (c zzlExpiring) Done() <-chan struct{} { return c.passed }

func (c zzlExpiring) Err() error {
	select {
	case <-c.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// zzlParts has the failures of parts that run side by side.
var zzlParts sync.Map

// zzlTogether runs parts of a check side by side: each waits for a lock to expire. Of several failures it reports that of the first part. A
// failure on a machine that stood still meanwhile counts only if it comes again at a slower pace.
func zzlTogether(t *testing.T, parts ...func(t *testing.T, pace zzlPace)) {
	t.Helper()
	for _, pace := range zzlPaces {
		still := zzlWatch(t)
		line, skipped := zzlRun(t, pace, parts)
		worst := still()
		switch {
		case skipped:
			t.Skip("a part of the check could not look at Redis")
		case line == "":
			return
		case worst < pace.expiry/10:
			fmt.Printf("\nSTAGECRAFT %s\n", line)
			t.FailNow()
		}
	}
	t.Skip("the machine is too busy to tell whether a lock is extended in time")
}

// zzlRun runs the parts once. It returns the failure of the first of them that has one, and whether one could not judge.
func zzlRun(t *testing.T, pace zzlPace, parts []func(t *testing.T, pace zzlPace)) (failure string, skipped bool) {
	names, skips := make([]string, len(parts)), make([]bool, len(parts))
	t.Run("parts", func(t *testing.T) {
		for i, part := range parts {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				names[i] = t.Name()
				zzlParts.Store(t.Name(), "")
				t.Cleanup(func() { skips[i] = t.Skipped() })
				part(t, pace)
			})
		}
	})
	for i, name := range names {
		line, _ := zzlParts.Load(name)
		if line != "" && failure == "" {
			failure, _ = line.(string)
		}
		skipped = skipped || line == "" && skips[i]
	}
	return failure, skipped
}

// zzlWatch watches how long this process and Redis stand still. The returned function says how long at most.
func zzlWatch(t *testing.T) (worst func() time.Duration) {
	client, stop, ended := zzlClient(t, zzlAddress(t)), make(chan struct{}), make(chan time.Duration, 1)
	go func() {
		var longest time.Duration
		for last := time.Now(); ; {
			select {
			case <-stop:
				ended <- longest
				return
			case <-time.After(10 * time.Millisecond):
			}
			_ = client.Ping(context.Background()).Err()
			longest = max(longest, time.Since(last))
			last = time.Now()
		}
	}()
	return func() time.Duration {
		close(stop)
		return <-ended
	}
}

// zzlFail reports a failure and ends the test.
func zzlFail(t *testing.T, id, sentence, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	if _, part := zzlParts.Load(t.Name()); part {
		zzlParts.Store(t.Name(), string(line))
		t.SkipNow() // zzlTogether decides
	}
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
