package cache_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
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

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"shop/platform/cache"
)

// zzcStuck is how long a call may take that should return at once. It is long, because no check here is about speed.
const zzcStuck = 8 * time.Second

// zzcQuiet is how long to watch for a load that must not happen.
const zzcQuiet = 150 * time.Millisecond

// zzcConfig has timeouts that do not strike on a busy machine.
var zzcConfig = cache.Config{TTL: time.Hour, EmptyTTL: time.Hour, LoadTimeout: 20 * time.Second, RedisTimeout: 5 * time.Second}

type zzcProduct struct {
	Name  string
	Price int64
}

// zzcShop is what a cache stands in front of: a table of products. It counts what is loaded.
type zzcShop struct {
	t       *testing.T
	purpose string

	mu     sync.Mutex
	values map[string]zzcProduct
	loads  [][]string
}

func zzcNewShop(t *testing.T) *zzcShop {
	return &zzcShop{t: t, purpose: "zz" + strings.ToLower(rand.Text()), values: map[string]zzcProduct{}}
}

// process returns a cache as another process would have it: with its own client, on the same keys.
func (s *zzcShop) process(cfg cache.Config) *zzcCache { return s.processAt(zzcAddress(s.t), cfg) }

func (s *zzcShop) processAt(address string, cfg cache.Config) *zzcCache {
	options, err := redis.ParseURL(address)
	if err != nil {
		s.t.Skipf("address of Redis: %v", err)
	}
	// As platform/redis makes them, but with timeouts that are longer than any check: what bounds a command is its context.
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = time.Minute, time.Minute, time.Minute, time.Minute
	options.ContextTimeoutEnabled, options.MaxRetries, options.DialerRetries = true, -1, 1
	client := redis.NewClient(options)
	s.t.Cleanup(func() { _ = client.Close() })
	registry := prometheus.NewRegistry()
	return &zzcCache{
		shop: s, client: client, CacheLoader: cache.New[zzcProduct](client, s.purpose, 1, cfg, cache.NewMetrics(registry)),
	}
}

func (s *zzcShop) set(id string, price int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[id] = zzcProduct{Name: id, Price: price}
}

func (s *zzcShop) read(ids ...string) map[string]zzcProduct {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads = append(s.loads, slices.Clone(ids))
	found := map[string]zzcProduct{}
	for _, id := range ids {
		if value, ok := s.values[id]; ok {
			found[id] = value
		}
	}
	return found
}

// loaded returns what was loaded since the last call.
func (s *zzcShop) loaded() [][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	loads := s.loads
	s.loads = nil
	return loads
}

type zzcCache struct {
	*cache.CacheLoader[zzcProduct]
	shop   *zzcShop
	client *redis.Client
}

type zzcLoad = func(context.Context) (zzcProduct, bool, error)

type zzcLoadMany = func(context.Context, []string) (map[string]zzcProduct, error)

// load reads the shop.
func (c *zzcCache) load(id string) zzcLoad {
	return func(context.Context) (zzcProduct, bool, error) {
		value, exists := c.shop.read(id)[id]
		return value, exists, nil
	}
}

func (c *zzcCache) loadMany(_ context.Context, ids []string) (map[string]zzcProduct, error) {
	return c.shop.read(ids...), nil
}

// zzcResult is what a caller got.
type zzcResult struct {
	value  zzcProduct
	exists bool
	many   map[string]zzcProduct
	err    error
	panics any
}

func (r zzcResult) String() string {
	switch {
	case r.panics != nil:
		return fmt.Sprintf("panic: %v", r.panics)
	case r.err != nil:
		return fmt.Sprintf("the error %q", r.err)
	case r.many != nil:
		return fmt.Sprintf("%v", r.many)
	case !r.exists:
		return "no value"
	}
	return fmt.Sprintf("%s at %d", r.value.Name, r.value.Price)
}

// get calls Get in a goroutine of its own.
func (c *zzcCache) get(ctx context.Context, id string, load zzcLoad) <-chan zzcResult {
	return zzcCall(func() (r zzcResult) {
		r.value, r.exists, r.err = c.Get(ctx, id, load)
		return r
	})
}

func (c *zzcCache) getMany(ctx context.Context, ids []string, load zzcLoadMany) <-chan zzcResult {
	return zzcCall(func() (r zzcResult) {
		r.many, r.err = c.GetMany(ctx, ids, load)
		if r.many == nil {
			r.many = map[string]zzcProduct{}
		}
		return r
	})
}

func zzcCall(call func() zzcResult) <-chan zzcResult {
	result := make(chan zzcResult, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				result <- zzcResult{panics: p}
			}
		}()
		result <- call()
	}()
	return result
}

// zzcAwait waits for the result of a call that must return.
func zzcAwait(t *testing.T, what string, result <-chan zzcResult) zzcResult {
	t.Helper()
	select {
	case r := <-result:
		if r.panics != nil {
			zzcFail(t, "crash", what+" panics", "no panic", r.String(), "a cache must not take its service down")
		}
		return r
	case <-time.After(zzcStuck):
		zzcFail(t, "stuck", what+" does not return", "it returns at once", fmt.Sprintf("nothing after %s", zzcStuck),
			"a caller that waits without a limit keeps its connection, its goroutine and its own callers")
	}
	panic("unreachable")
}

// mustGet requires a value with this price, now.
func (c *zzcCache) mustGet(id string, price int64, failure, what, why string) {
	c.shop.t.Helper()
	r := zzcAwait(c.shop.t, what, c.get(context.Background(), id, c.load(id)))
	if r.err != nil || !r.exists || r.value != (zzcProduct{id, price}) {
		zzcFail(c.shop.t, failure, what, fmt.Sprintf("%s at %d", id, price), r.String(), why)
	}
}

// mustDelete requires a Delete without an error.
func (c *zzcCache) mustDelete(ids ...string) {
	c.shop.t.Helper()
	r := zzcAwait(c.shop.t, "Delete", zzcCall(func() zzcResult { return zzcResult{err: c.Delete(context.Background(), ids...)} }))
	if r.err != nil {
		zzcFail(c.shop.t, "delete-fails", "Delete returns an error although Redis works", "nil", r.String(), "its caller would try again without end")
	}
}

// zzcBaseline is the ordinary case: what was loaded is not loaded again.
func zzcBaseline(t *testing.T) {
	t.Helper()
	shop := zzcNewShop(t)
	c := shop.process(zzcConfig)
	shop.set("cup", 300)
	c.mustGet("cup", 300, "ordinary", "the ordinary case does not work yet: Get of a value that is not cached", "nothing else works before this does")
	c.mustGet("cup", 300, "ordinary", "the ordinary case does not work yet: Get of a value that is cached", "nothing else works before this does")
	if loads := len(shop.loaded()); loads != 1 {
		zzcFail(t, "ordinary", "the ordinary case does not work yet: a value is loaded again although it is cached", "two Gets, one load",
			fmt.Sprintf("two Gets, %d loads", loads), "the second Get must find in Redis what the first has stored there")
	}
}

// zzcGate holds loads: each one that has begun waits until the gate is opened, or its context ends.
type zzcGate struct {
	begun chan []string
	open  chan struct{}
}

func zzcNewGate(t *testing.T) *zzcGate {
	g := &zzcGate{begun: make(chan []string, 1000), open: make(chan struct{})}
	t.Cleanup(g.release)
	return g
}

func (g *zzcGate) release() {
	select {
	case <-g.open:
	default:
		close(g.open)
	}
}

// hold returns a load that reads first and then waits: what it returns is as old as its beginning.
func (g *zzcGate) hold(c *zzcCache, id string) zzcLoad {
	return func(ctx context.Context) (zzcProduct, bool, error) {
		value, exists, err := c.load(id)(ctx)
		if stopped := g.wait(ctx, id); stopped != nil {
			return zzcProduct{}, false, stopped
		}
		return value, exists, err
	}
}

func (g *zzcGate) holdMany(c *zzcCache) zzcLoadMany {
	return func(ctx context.Context, ids []string) (map[string]zzcProduct, error) {
		found, err := c.loadMany(ctx, ids)
		if stopped := g.wait(ctx, ids...); stopped != nil {
			return nil, stopped
		}
		return found, err
	}
}

func (g *zzcGate) wait(ctx context.Context, ids ...string) error {
	g.begun <- slices.Clone(ids)
	select {
	case <-g.open:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// await returns the ids of a load that must begin.
func (g *zzcGate) await(t *testing.T, what string) []string {
	t.Helper()
	select {
	case ids := <-g.begun:
		return ids
	case <-time.After(zzcStuck):
		zzcFail(t, "no-load", what+": nothing is loaded", "the loader is called", fmt.Sprintf("no call after %s", zzcStuck), "what is not cached must be loaded")
	}
	return nil
}

// began reports whether a load begins before its caller has returned.
func (g *zzcGate) began(t *testing.T, caller <-chan zzcResult) bool {
	t.Helper()
	select {
	case <-g.begun:
		return true
	case <-caller:
		return false
	case <-time.After(zzcStuck):
		zzcFail(t, "no-load", "Get: nothing is loaded", "the loader is called", fmt.Sprintf("no call after %s", zzcStuck), "what is not cached must be loaded")
	}
	return false
}

// more reports how many loads begin in a while.
func (g *zzcGate) more() (n int) {
	timer := time.NewTimer(zzcQuiet)
	defer timer.Stop()
	for {
		select {
		case <-g.begun:
			n++
		case <-timer.C:
			return n
		}
	}
}

// zzcAddress is the Redis that the check has leased.
func zzcAddress(t *testing.T) string {
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-cache-%x", sha256.Sum256([]byte(dir+"#"+path.Base(t.Name()))))))
	if err != nil {
		t.Skipf("address of Redis: %v", err)
	}
	return string(text)
}

// zzcProxy stands before Redis and can be cut or frozen.
type zzcProxy struct {
	address  string
	target   string
	listener net.Listener

	mu    sync.Mutex
	cut   bool
	thaw  chan struct{} // closed while not frozen
	conns map[net.Conn]bool
}

func zzcNewProxy(t *testing.T) *zzcProxy {
	options, err := redis.ParseURL(zzcAddress(t))
	if err != nil {
		t.Skipf("address of Redis: %v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("proxy of Redis: %v", err)
	}
	p := &zzcProxy{target: options.Addr, listener: listener, thaw: make(chan struct{}), conns: map[net.Conn]bool{}}
	close(p.thaw)
	p.address = strings.Replace(zzcAddress(t), options.Addr, listener.Addr().String(), 1)
	go p.serve()
	t.Cleanup(func() {
		_ = listener.Close()
		p.Cut()
		p.Heal()
	})
	return p
}

// Cut breaks the connections and refuses new ones.
func (p *zzcProxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	for conn := range p.conns {
		_ = conn.Close()
	}
}

// Freeze lets no byte pass in either direction.
func (p *zzcProxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.thaw = make(chan struct{})
}

// Heal ends both.
func (p *zzcProxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = false
	select {
	case <-p.thaw:
	default:
		close(p.thaw)
	}
}

func (p *zzcProxy) serve() {
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

func (p *zzcProxy) pump(from, to net.Conn) {
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
			if err != io.EOF {
				_ = from.Close()
			}
			return
		}
	}
}

// zzcFail reports a failure and ends the test.
func zzcFail(t *testing.T, id, sentence, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
