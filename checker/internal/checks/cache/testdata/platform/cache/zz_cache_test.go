// Hidden checks of the lesson on caches. They use only names that the lesson gives.
package cache_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"
)

func TestZZCacheStampede(t *testing.T) {
	zzcBaseline(t)
	shop := zzcNewShop(t)
	c := shop.process(zzcConfig)
	shop.set("tea", 500)
	zzcStampede(t, c, "tea")

	// A load that is under way holds up its own id only.
	shop.set("pot", 900)
	shop.set("mug", 400)
	gate := zzcNewGate(t)
	c.mustDelete("tea")
	slow := c.get(t.Context(), "tea", gate.hold(c, "tea"))
	gate.await(t, "Get")
	c.mustGet("pot", 900, "held-up", "Get of another id while a load is slow", "one slow id must not hold up all others")

	// GetMany asks for what is not cached, in one call.
	many := c.getMany(t.Context(), []string{"tea", "pot", "mug", "none"}, gate.holdMany(c))
	asked := gate.await(t, "GetMany")
	if slices.Contains(asked, "pot") {
		zzcFail(t, "asked-too-much", "GetMany loads what is cached", "mug and none are loaded; pot is cached", fmt.Sprint(asked),
			"one id that is missing must not make all others be loaded again")
	}
	if n := gate.more(); n > 0 {
		zzcFail(t, "many-loads", "one GetMany calls its loader more than once", "one call for all ids that are missing", fmt.Sprintf("%d calls", n+1),
			"a hundred ids must not become a hundred calls of another service")
	}
	gate.release()
	r := zzcAwait(t, "GetMany", many)
	want := map[string]zzcProduct{"tea": {"tea", 500}, "pot": {"pot", 900}, "mug": {"mug", 400}}
	if r.err != nil || !maps.Equal(r.many, want) {
		zzcFail(t, "many-wrong", "GetMany returns something else than what exists", fmt.Sprint(want), r.String(),
			"some of the ids are cached, some loaded by another caller, one does not exist: all in one answer")
	}
	zzcAwait(t, "Get", slow)
	shop.loaded()
	r = zzcAwait(t, "GetMany", c.getMany(t.Context(), []string{"none", "mug", "pot"}, c.loadMany))
	delete(want, "tea")
	if loads := shop.loaded(); r.err != nil || !maps.Equal(r.many, want) || len(loads) > 0 {
		zzcFail(t, "many-not-cached", "what GetMany has loaded is not in the cache", fmt.Sprintf("%v and no load", want),
			fmt.Sprintf("%s and loads of %v", r, loads), "each of the values is cached by its own id, and so is that one does not exist")
	}
}

// zzcStampede lets 100 callers miss the same id at once.
func zzcStampede(t *testing.T, c *zzcCache, id string) {
	t.Helper()
	gate, start := zzcNewGate(t), make(chan struct{})
	var results []<-chan zzcResult
	for range 100 {
		results = append(results, zzcCall(func() (r zzcResult) {
			<-start
			r.value, r.exists, r.err = c.Get(t.Context(), id, gate.hold(c, id))
			return r
		}))
	}
	close(start)
	gate.await(t, "100 callers of Get")
	if n := gate.more(); n > 0 {
		zzcFail(t, "stampede", "100 callers that miss the same value at once load it more than once", "1 load, which all of them wait for",
			fmt.Sprintf("%d loads", n+1), "when a popular copy expires, the source gets the load of all callers in the same moment")
	}
	gate.release()
	for _, result := range results {
		r := zzcAwait(t, "Get", result)
		if r.err != nil || !r.exists || r.value.Name != id {
			zzcFail(t, "follower", "a caller that waited for the load of another one does not get its value", id, r.String(),
				"each of the callers gets the value, and not only the one that loads")
		}
	}
}

type zzcKey struct{}

func TestZZCacheContext(t *testing.T) {
	zzcBaseline(t)
	shop := zzcNewShop(t)
	c := shop.process(zzcConfig)
	shop.set("tea", 500)

	for _, limited := range []bool{false, true} {
		c.mustDelete("tea")
		gate, name := zzcNewGate(t), "is cancelled"
		ctx, cancel := context.WithCancel(context.Background())
		if limited {
			name = "has its deadline"
			ctx, cancel = context.WithTimeout(context.Background(), time.Second/4)
		}
		leader := c.get(ctx, "tea", gate.hold(c, "tea"))
		for wait := time.Second; limited && !gate.began(t, leader); wait *= 2 { // a busy machine may let the deadline pass before the load
			cancel()
			ctx, cancel = context.WithTimeout(context.Background(), wait)
			leader = c.get(ctx, "tea", gate.hold(c, "tea"))
		}
		if !limited {
			gate.await(t, "Get")
		}
		before := c.get(context.Background(), "tea", gate.hold(c, "tea"))
		if limited {
			<-ctx.Done()
		}
		cancel()
		zzcEnds(t, "the caller that loads", "leader-waits", name, leader)
		const sentence, why = "the first caller %s, and another one that waits for the same load gets no value",
			"which caller came first is chance; whether the others get a value must not depend on it"
		select {
		case r := <-before:
			zzcFail(t, "leader-ends-load", fmt.Sprintf(sentence, name), "it waits on, for tea at 500", r.String(), why)
		case <-time.After(zzcQuiet):
		}
		after := c.get(context.Background(), "tea", gate.hold(c, "tea"))
		if n := gate.more(); n > 0 {
			zzcFail(t, "leader-ends-load", fmt.Sprintf(sentence, name)+" from it", "1 load, which goes on for the others", fmt.Sprintf("%d loads", n+1), why)
		}
		gate.release()
		for _, follower := range []<-chan zzcResult{before, after} {
			if r := zzcAwait(t, "Get", follower); r.err != nil || r.value.Price != 500 {
				zzcFail(t, "leader-ends-load", fmt.Sprintf(sentence, name), "tea at 500", r.String(), why)
			}
		}
	}

	// A follower waits as long as it wants to, and not as long as the load takes.
	c.mustDelete("tea")
	gate := zzcNewGate(t)
	leader := c.get(context.Background(), "tea", gate.hold(c, "tea"))
	gate.await(t, "Get")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	zzcEnds(t, "a caller that waits for the load of another one", "follower-waits", "has its deadline", c.get(ctx, "tea", c.load("tea")))
	zzcEnds(t, "a GetMany that waits for the load of another one", "follower-waits", "has its deadline", c.getMany(ctx, []string{"tea"}, c.loadMany))
	gate.release()
	if r := zzcAwait(t, "Get", leader); r.err != nil || r.value.Price != 500 {
		zzcFail(t, "follower-ends-load", "a caller that waited for a load gave up, and the one that loads gets no value", "tea at 500", r.String(),
			"who gives up leaves alone")
	}

	// The load has a limit of its own, and it knows for whom it works.
	cfg := zzcConfig
	cfg.LoadTimeout = 50 * time.Millisecond
	impatient := zzcNewShop(t).process(cfg)
	r := impatient.get(context.WithValue(context.Background(), zzcKey{}, "trace"), "tea", func(ctx context.Context) (zzcProduct, bool, error) {
		if ctx.Value(zzcKey{}) != "trace" {
			return zzcProduct{}, false, errors.New("values are lost")
		}
		select {
		case <-ctx.Done():
			return zzcProduct{}, false, ctx.Err()
		case <-time.After(zzcStuck / 3):
			return zzcProduct{}, false, errors.New("no limit")
		}
	})
	got := zzcAwait(t, "Get with a load that takes too long", r)
	switch {
	case got.err == nil:
		zzcFail(t, "no-error", "a load ended with an error, and its caller gets none", "the error of the load", got.String(), "an error is no value")
	case got.err.Error() == "values are lost":
		zzcFail(t, "values-lost", "the context of the load does not carry the values of the caller's", "the trace and the caller's identity", "they are gone",
			"a load without them is a trace without an end, and a call in no one's name")
	case !errors.Is(got.err, context.DeadlineExceeded):
		zzcFail(t, "no-limit", "a load may take as long as it likes", "its context ends after LoadTimeout (50ms)", got.String(),
			"a load that no caller can end must have an end of its own, or goroutines pile up behind a source that hangs")
	}
}

func zzcEnds(t *testing.T, who, id, name string, result <-chan zzcResult) {
	t.Helper()
	select {
	case r := <-result:
		if !errors.Is(r.err, context.Canceled) && !errors.Is(r.err, context.DeadlineExceeded) {
			zzcFail(t, id, who+" "+name+", and gets something else than the error of its context", "context canceled, or deadline exceeded", r.String(),
				"the load has not ended yet, so there is nothing else to say")
		}
	case <-time.After(zzcStuck):
		zzcFail(t, id, who+" "+name+", and still waits", "it returns the error of its context at once", fmt.Sprintf("it waits for the load, %s later", zzcStuck),
			"each caller honours its own deadline; no caller waits for the answer any more")
	}
}
