package cache_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestZZCacheStale(t *testing.T) {
	zzcBaseline(t)
	const why = "the reader read before the change and stored after it: until the copy expires, every reader gets the old value"

	// One process reads, the same or another one changes.
	for _, other := range []bool{false, true} {
		for _, existed := range []bool{true, false} {
			shop := zzcNewShop(t)
			reader := shop.process(zzcConfig)
			writer, where := reader, "in the same process"
			if other {
				writer, where = shop.process(zzcConfig), "in another process"
			}
			old := "the old value"
			if existed {
				shop.set("tea", 500)
			} else {
				old = "that it does not exist"
			}
			gate := zzcNewGate(t)
			late := reader.get(t.Context(), "tea", gate.hold(reader, "tea"))
			gate.await(t, "Get")
			shop.set("tea", 600)
			writer.mustDelete("tea")
			if !other {
				next := reader.get(t.Context(), "tea", reader.load("tea"))
				select {
				case r := <-next:
					next = zzcCall(func() zzcResult { return r })
				case <-time.After(time.Second):
					gate.release() // it may have joined the old load, or the machine is slow: its value tells
				}
				if r := zzcAwait(t, "Get after Delete", next); r.err != nil || r.value.Price != 600 {
					zzcFail(t, "joined-old-load", "a caller that comes after Delete gets "+old, "tea at 600", r.String(),
						"a load that began before the change is not for those who come after it")
				}
			}
			gate.release()
			if r := zzcAwait(t, "Get", late); r.err != nil {
				zzcFail(t, "reader-fails", "a caller gets an error because its value was deleted meanwhile", "the value", r.String(), "nothing went wrong for it")
			}
			for _, c := range []*zzcCache{reader, writer} {
				c.mustGet("tea", 600, "stale-fill", "a read from before the change, stored after Delete ("+where+"), brings back "+old, why)
			}
		}
	}

	// Two reads: one from before the change, one from after it, which is not done when the first one stores.
	shop := zzcNewShop(t)
	first, second, third := shop.process(zzcConfig), shop.process(zzcConfig), shop.process(zzcConfig)
	shop.set("tea", 500)
	oldGate, newGate := zzcNewGate(t), zzcNewGate(t)
	oldRead := first.get(t.Context(), "tea", oldGate.hold(first, "tea"))
	oldGate.await(t, "Get")
	shop.set("tea", 600)
	second.mustDelete("tea")
	newRead := second.get(t.Context(), "tea", newGate.hold(second, "tea"))
	newGate.await(t, "Get")
	oldGate.release()
	zzcAwait(t, "Get", oldRead)
	third.mustGet("tea", 600, "stale-fill-second", "a read from before the change stores its old value while a read from after it is under way", why)
	newGate.release()
	zzcAwait(t, "Get", newRead)
	third.mustGet("tea", 600, "stale-fill-second", "a read from before the change stores its old value while a read from after it is under way", why)

	// Many ids in one load, of which some change.
	shop = zzcNewShop(t)
	reader, writer := shop.process(zzcConfig), shop.process(zzcConfig)
	for _, id := range []string{"tea", "pot", "mug"} {
		shop.set(id, 500)
	}
	gate := zzcNewGate(t)
	many := reader.getMany(t.Context(), []string{"tea", "pot", "mug"}, gate.holdMany(reader))
	gate.await(t, "GetMany")
	shop.set("tea", 600)
	shop.set("mug", 600)
	writer.mustDelete("tea", "mug")
	gate.release()
	if r := zzcAwait(t, "GetMany", many); r.err != nil {
		zzcFail(t, "reader-fails", "a caller gets an error because a value was deleted meanwhile", "the values", r.String(), "nothing went wrong for it")
	}
	for id, price := range map[string]int64{"tea": 600, "pot": 500, "mug": 600} {
		reader.mustGet(id, price, "stale-fill-many", "a GetMany from before the change, stored after Delete", why)
	}

	// The ordinary delete.
	for _, id := range []string{"tea", "pot", "mug"} {
		shop.set(id, 700)
	}
	writer.mustDelete("tea", "pot", "mug")
	for _, id := range []string{"tea", "pot", "mug"} {
		reader.mustGet(id, 700, "not-deleted", "Delete leaves a copy of what it should delete", "the change is committed; a caller that asks now must see it")
	}
}

func TestZZCacheErrors(t *testing.T) {
	zzcBaseline(t)
	shop := zzcNewShop(t)
	c := shop.process(zzcConfig)
	down := errors.New("the source is down")
	const why = "a source that fails for a second would be gone for as long as the copy lives"

	for i, load := range []zzcLoad{
		func(context.Context) (zzcProduct, bool, error) { return zzcProduct{}, false, down },
		func(context.Context) (zzcProduct, bool, error) {
			return zzcProduct{"tea", 1}, true, fmt.Errorf("wrapped: %w", down)
		},
		func(context.Context) (zzcProduct, bool, error) { panic("a bug in the loader") },
	} {
		id := fmt.Sprintf("tea-%d", i)
		shop.set(id, 500)
		r := zzcAwait(t, "Get with a load that fails", c.get(t.Context(), id, load))
		if r.err == nil {
			zzcFail(t, "swallowed", "a load ended with an error, and its caller gets none", "the error of the load", r.String(),
				"\"I do not know\" is neither \"it does not exist\" nor a value")
		}
		shop.loaded()
		c.mustGet(id, 500, "error-cached", "the error of a load is still there for the next caller", why)
		if len(shop.loaded()) != 1 {
			zzcFail(t, "error-cached", "after a load that failed, the value comes from somewhere else than the next load", "1 load", "0 loads", why)
		}
		c.mustGet(id, 500, "error-cached", "Get after a load that failed", why)
		if loads := len(shop.loaded()); loads != 0 {
			zzcFail(t, "not-cached-after-error", "a load that failed keeps the next value out of the cache", "no load: the value was loaded after the failure",
				fmt.Sprintf("%d loads", loads), "a failure leaves nothing behind")
		}
	}

	shop.set("tea", 500)
	r := zzcAwait(t, "GetMany with a load that fails", c.getMany(t.Context(), []string{"tea", "pot"},
		func(context.Context, []string) (map[string]zzcProduct, error) {
			return map[string]zzcProduct{"tea": {"tea", 1}}, down
		}))
	if !errors.Is(r.err, down) {
		zzcFail(t, "swallowed", "a load ended with an error, and the caller of GetMany does not get it", "an error for which errors.Is finds that of the load",
			r.String(), "the caller decides by it: refuse, retry, or answer 404")
	}
	c.mustGet("tea", 500, "error-cached", "what came with the error of GetMany is cached", why)
}

func TestZZCacheMissing(t *testing.T) {
	zzcBaseline(t)
	shop := zzcNewShop(t)
	c := shop.process(zzcConfig)
	mustMiss := func(c *zzcCache, what, failure string) {
		t.Helper()
		if r := zzcAwait(t, what, c.get(t.Context(), "tea", c.load("tea"))); r.err != nil || r.exists {
			zzcFail(t, failure, what, "no value and no error", r.String(), "it does not exist, and that is an answer")
		}
	}
	mustMiss(c, "Get of what does not exist", "missing-wrong")
	shop.loaded()
	mustMiss(c, "the second Get of what does not exist", "missing-wrong")
	if loads := len(shop.loaded()); loads > 0 {
		zzcFail(t, "missing-not-cached", "what does not exist is looked for again and again", "the second Get loads nothing", fmt.Sprintf("%d loads", loads),
			"who asks for what does not exist, by mistake or on purpose, would reach the source each time")
	}
	keys, err := c.client.Keys(t.Context(), "cache:"+shop.purpose+":*").Result()
	if err != nil {
		t.Skipf("keys of Redis: %v", err)
	}
	marked := slices.ContainsFunc(keys, func(key string) bool { return c.client.Get(t.Context(), key).Val() == "__EMPTY__" })
	if !marked {
		zzcFail(t, "no-mark", "no key has the mark of a missing value", "__EMPTY__ under cache:<purpose>:v<version>:<id>", fmt.Sprintf("keys %v", keys),
			"other programs, and people with redis-cli, know the mark by this name")
	}
	if many := zzcAwait(t, "GetMany", c.getMany(t.Context(), []string{"tea"}, c.loadMany)); many.err != nil || len(many.many) != 0 {
		zzcFail(t, "missing-wrong", "GetMany returns what does not exist", "an empty map", many.String(), "a zero value is a product at the price of nothing")
	}
	shop.set("tea", 500)
	c.mustDelete("tea")
	c.mustGet("tea", 500, "missing-stays", "a value that was missing, was created, and was deleted from the cache", "Delete removes the mark as well")

	// Each of the two has its own time.
	for _, missing := range []bool{true, false} {
		shop, cfg := zzcNewShop(t), zzcConfig
		what := "a value"
		if missing {
			cfg.EmptyTTL, what = 100*time.Millisecond, "the mark of a missing value"
		} else {
			cfg.TTL = 100 * time.Millisecond
			shop.set("tea", 1)
		}
		c := shop.process(cfg)
		zzcAwait(t, "Get", c.get(t.Context(), "tea", c.load("tea")))
		shop.set("tea", 500)
		for began := time.Now(); ; {
			r := zzcAwait(t, "Get", c.get(t.Context(), "tea", c.load("tea")))
			if r.value.Price == 500 {
				break
			}
			if time.Since(began) > zzcStuck {
				zzcFail(t, "lives-too-long", what+" is kept for longer than its time", "gone after 100ms", r.String()+fmt.Sprintf(" after %s", zzcStuck),
					"an event can be lost; then the time to live is the longest that a copy can be wrong. TTL is that of a value, EmptyTTL that of the mark")
			}
			<-time.After(10 * time.Millisecond) // the next look
		}
	}
	// The mark has a short time, the value a long one.
	shop, cfg := zzcNewShop(t), zzcConfig
	cfg.EmptyTTL = time.Minute
	shop.set("tea", 500)
	c = shop.process(cfg)
	c.mustGet("tea", 500, "missing-wrong", "Get", "")
	if keys, err = c.client.Keys(t.Context(), "cache:"+shop.purpose+":*").Result(); err != nil {
		t.Skipf("keys of Redis: %v", err)
	}
	for _, key := range keys {
		if left := c.client.PTTL(t.Context(), key).Val(); left < 29*time.Minute || left > time.Hour {
			zzcFail(t, "ttl", "a value is not kept for its time", "TTL (1h), or up to a half less", fmt.Sprintf("%s: %s", key, left),
				"a value that stays for good is wrong for good when its event is lost, and a cache that forgets at once is no cache")
		}
	}
}

func TestZZCacheRedis(t *testing.T) {
	zzcBaseline(t)
	const why = "a cache makes a service faster; it must not be one more thing that can take it down"

	for _, fault := range []struct {
		name   string
		strike func(*zzcProxy)
	}{{"is down", (*zzcProxy).Cut}, {"is frozen", (*zzcProxy).Freeze}} {
		cfg := zzcConfig
		cfg.RedisTimeout = 100 * time.Millisecond
		shop, proxy := zzcNewShop(t), zzcNewProxy(t)
		shop.set("tea", 500)
		c := shop.processAt(proxy.address, cfg)

		// Before the load.
		fault.strike(proxy)
		c.mustGet("tea", 500, "outage", "Redis "+fault.name+", and Get", why)
		shop.loaded()
		zzcStampede(t, c, "tea")
		many := zzcAwait(t, "Redis "+fault.name+": GetMany", c.getMany(t.Context(), []string{"tea", "none"}, c.loadMany))
		if many.err != nil || len(many.many) != 1 || many.many["tea"].Price != 500 {
			zzcFail(t, "outage", "Redis "+fault.name+", and GetMany", "tea at 500", many.String(), why)
		}
		down := errors.New("the source is down, too")
		r := zzcAwait(t, "Get", c.get(t.Context(), "tea", func(context.Context) (zzcProduct, bool, error) { return zzcProduct{}, false, down }))
		if !errors.Is(r.err, down) {
			zzcFail(t, "outage-error", "Redis "+fault.name+" and the load fails, and Get returns something else", "the error of the load", r.String(),
				"the caller decides by the error of the source")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		r = zzcAwait(t, "Redis "+fault.name+": Delete", zzcCall(func() zzcResult { return zzcResult{err: c.Delete(ctx, "tea")} }))
		cancel()
		if r.err == nil {
			zzcFail(t, "delete-silent", "Redis "+fault.name+", and Delete says that it has deleted", "an error", "nil",
				"the copy may still be there; only a caller that knows it can try again")
		}

		// During the load.
		proxy.Heal()
		shop.set("pot", 900)
		gate := zzcNewGate(t)
		result := c.get(t.Context(), "pot", gate.hold(c, "pot"))
		gate.await(t, "Get")
		fault.strike(proxy)
		gate.release()
		if r := zzcAwait(t, "Get, when Redis "+fault.name+" while the value is loaded", result); r.err != nil || r.value.Price != 900 {
			zzcFail(t, "outage-store", "Redis "+fault.name+" while the value is loaded, and its caller does not get it", "pot at 900", r.String(),
				"the value is there; that it cannot be cached costs another load, and nothing else")
		}
		proxy.Heal()
		c.mustGet("pot", 900, "outage-after", "Get after Redis has come back", why)
	}

	// A caller in a hurry does not wait for a frozen Redis either.
	shop, proxy := zzcNewShop(t), zzcNewProxy(t)
	cfg := zzcConfig
	cfg.RedisTimeout = time.Minute
	c := shop.processAt(proxy.address, cfg)
	proxy.Freeze()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	zzcEnds(t, "a caller that waits for a frozen Redis", "hurry", "has its deadline", c.get(ctx, "tea", func(ctx context.Context) (zzcProduct, bool, error) {
		<-ctx.Done()
		return zzcProduct{}, false, ctx.Err()
	}))
}
