package cache

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

const stale = "a purchase is accepted at a price that is no longer true, until the copy expires"

// prices sells lamps while their prices change, inventory fails, and Redis is away.
func prices(t *check.T) {
	s := open(t)
	t.Baseline(func() {
		t.Step("sell the same lamp until inventory is not asked for its price")
		s.stockUp("LAMP", 500)
		const what = "an undisturbed purchase has another price, or none"
		s.mustCost("LAMP", 500, check.Failure{ID: "ordinary", Sentence: what})
		if !t.Within(patience, func() bool {
			before := s.asked()
			s.mustCost("LAMP", 500, check.Failure{ID: "ordinary", Sentence: what})
			return s.asked() == before
		}) {
			t.Fail(check.Failure{
				ID: "not-cached", Sentence: "purchases of the same product ask inventory each time", Expected: "a purchase without a call of GetProducts",
				Seen: fmt.Sprintf("%d calls of GetProducts", s.asked()), Why: "the copy in Redis must answer the next purchase.",
			})
		}
	})
	s.changes()
	s.lateFill()
	s.missing()
	s.unavailable()
	s.stampede()
	s.withoutRedis()
}

// changes sets prices, also while the change is not committed, and delivers an old event again.
func (s *shop) changes() {
	t := s.t
	t.Step("change the price")
	s.put("LAMP", 700)
	s.mustCost("LAMP", 700, check.Failure{ID: "old-price", Sentence: "a changed price is not the one of the next purchase", Why: stale})

	t.Step("deliver the event of the old price once more")
	s.settled("LAMP", func() {
		t.Ours("publish the old event", t.Broker().Publish(fault.Message{
			RoutingKey: "inventory.product.changed", Type: "inventory.product.changed", ID: uuid.NewString(), Timestamp: time.Now(),
			Headers: map[string]any{"event_type": "inventory.product.changed", "event_version": 1, "aggregate_type": "product", "aggregate_id": "LAMP", "sequence": 1},
			Body:    []byte(`{"sku":"LAMP","name":"Lamp","unitPrice":{"minorUnits":"500","currency":"EUR"}}`),
		}))
	})
	s.mustCost("LAMP", 700, check.Failure{
		ID: "event-is-value", Sentence: "an event that was delivered late sets the price back",
		Why: "events come twice, late and out of order; an event says that a copy is old, and only inventory says what is true now",
	})

	t.Step("buy while a change of the price is under way and not committed")
	release := t.LockRows("inventory_db", "SELECT 1 FROM products WHERE sku = 'LAMP' FOR UPDATE")
	s.settled("LAMP", func() {
		changed := make(chan struct{})
		t.Go(func() {
			defer close(changed)
			s.putOnly("LAMP", 800)
		})
		t.Eventually("the change has reached inventory", patience, func(context.Context) (string, bool) {
			calls := s.Call("gateway", "inventory").Calls("PutProduct")
			n := len(calls)
			return fmt.Sprint(n, " calls"), n > 0 && calls[n-1].End.IsZero()
		})
		s.mustCost("LAMP", 700, check.Failure{ID: "uncommitted", Sentence: "a price that is not committed is sold", Why: "the change may still be rolled back"})
		release()
		<-changed
	})
	s.mustCost("LAMP", 800, check.Failure{
		ID: "before-commit", Sentence: "a purchase during the change keeps the old price alive", Why: "a copy that is deleted before the commit is made again from the old row",
	})
}

// lateFill holds the answer of inventory to a read from before the change.
func (s *shop) lateFill() {
	t := s.t
	t.Step("hold the answer with the old price while the price changes")
	s.stockUp("SHADE", 500)
	hold := s.Call("order", "inventory").HoldAnswer("GetProducts", 1)
	done := make(chan struct{})
	t.Go(func() {
		defer close(done)
		_, _ = s.order(t.Context(), "SHADE")
	})
	s.awaitHold(hold)
	s.put("SHADE", 900)
	hold.Release()
	<-done
	s.mustCost("SHADE", 900, check.Failure{
		ID: "stale-fill", Sentence: "an answer from before the change is cached after it", Why: stale,
	})
}

func (s *shop) awaitHold(hold *fault.Hold) {
	ctx, cancel := s.t.Patience(patience)
	defer cancel()
	if hold.Wait(ctx) != nil {
		s.t.Fail(check.Failure{
			ID: "not-asked", Sentence: "order does not ask inventory for a product that is not cached", Expected: "a call of GetProducts", Seen: "none",
			Why: "after inventory.product.changed there is no copy, so the next purchase has to load one",
		})
	}
}

// missing asks for what does not exist.
func (s *shop) missing() {
	t := s.t
	t.Step("order what does not exist, alone and with a product that does")
	before := s.asked()
	for range 2 {
		s.mustBeUnknown("VASE")
	}
	t.True(s.asked()-before == 1, check.Failure{
		ID: "missing-not-cached", Sentence: "inventory is asked again for a product that does not exist", Expected: "1 call of GetProducts for two purchases",
		Seen: fmt.Sprintf("%d calls", s.asked()-before), Why: "NotFound for the only SKU of the request is an answer, and is remembered like one",
	})
	s.stockUp("BULB", 500)
	s.mustBeUnknown("BULB", "CANDLE")
	s.mustCost("BULB", 500, check.Failure{
		ID: "wrong-missing", Sentence: "a product is gone because another one of the same order does not exist",
		Why: "NotFound for several SKUs does not say which of them is missing",
	})
	t.Step("create what did not exist")
	s.stockUp("VASE", 300)
	s.mustCost("VASE", 300, check.Failure{ID: "missing-stays", Sentence: "a new product still does not exist for order", Why: "its event must delete the mark of the missing product"})
}

func (s *shop) mustBeUnknown(skus ...string) {
	answer, err := s.order(s.t.Context(), skus...)
	s.t.NoError("order what does not exist", err)
	s.t.True(answer.Status == 404 && answer.Code == 1001, check.Failure{
		ID: "not-found", Sentence: "an order with a product that does not exist gets another answer", Expected: "404 with code 1001", Seen: answer.String(),
		Why: "the buyer must learn that there is no such product, and not that something is broken",
	})
}

// unavailable lets inventory fail for one call.
func (s *shop) unavailable() {
	s.t.Step("inventory fails once")
	s.stockUp("CORD", 500)
	for _, code := range []codes.Code{codes.Unavailable, codes.Internal} {
		s.Call("order", "inventory").FailWith("GetProducts", 1, code)
		answer, err := s.order(s.t.Context(), "CORD")
		s.t.NoError("order while inventory fails", err)
		s.t.True(answer.Status >= 500, check.Failure{
			ID: "error-is-missing", Sentence: "inventory fails, and the buyer gets an answer about the product", Expected: "an answer 5xx", Seen: answer.String(),
			Why: "a failure is neither \"no such product\" nor a price",
		})
	}
	s.mustCost("CORD", 500, check.Failure{ID: "error-cached", Sentence: "inventory failed once, and the product stays away", Why: "an error is never cached"})
}

// stampede lets many buyers ask for a product that is not cached.
func (s *shop) stampede() {
	t := s.t
	t.Step("30 purchases at once of a product that is not cached")
	s.stockUp("RUG", 500)
	link, before := s.Call("order", "inventory"), s.asked()
	hold := link.HoldAnswer("GetProducts", 1)
	s.crowd("RUG", func() {
		s.awaitHold(hold)
		s.t.Eventually("all purchases have reached order", patience, func(context.Context) (string, bool) {
			open := 0
			for _, call := range s.Call("gateway", "order").Calls("CreateOrder") {
				if call.End.IsZero() {
					open++
				}
			}
			return fmt.Sprint(open), open == crowd
		})
		t.Holds("there is one call of GetProducts for all of them", 200*time.Millisecond, func(context.Context) (string, bool) {
			n := s.asked() - before
			if n > 1 {
				t.Fail(check.Failure{ID: "stampede", Sentence: "purchases that miss the same product ask inventory more than once", Expected: "1 call of GetProducts", Seen: fmt.Sprintf("%d calls", n), Why: "when a popular copy expires, inventory gets the load of all buyers at once"})
			}
			return "", true
		})
		hold.Release()
	})
}

const crowd = 30

// crowd sends many orders at once and requires that all are accepted.
func (s *shop) crowd(sku string, meanwhile func()) {
	refused := atomic.Pointer[string]{}
	done := make(chan struct{})
	s.t.Go(func() {
		defer close(done)
		s.t.Together(crowd, func(int) {
			if answer, err := s.order(s.t.Context(), sku); err != nil || !answer.OK() {
				text := seen(answer, err)
				refused.Store(&text)
			}
		})
	})
	meanwhile()
	<-done
	if text := refused.Load(); text != nil {
		s.t.Fail(check.Failure{ID: "refused", Sentence: "a purchase that came with others is refused", Expected: "201 for all of them", Seen: *text, Why: "each of them gets the price, not only the first"})
	}
}

// withoutRedis takes Redis from order, changes a price meanwhile, and gives it back.
func (s *shop) withoutRedis() {
	t := s.t
	redis := s.Server("order", "redis")
	t.Step("take Redis away from order, and buy")
	s.stockUp("MIRROR", 500)
	s.mustCost("MIRROR", 500, check.Failure{ID: "ordinary", Sentence: "a purchase with Redis"})
	redis.Cut()
	s.mustCost("MIRROR", 500, check.Failure{ID: "redis-down", Sentence: "Redis is down, and nothing can be bought", Why: "inventory knows the price; the cache only made it faster"})

	t.Step("change the price while Redis is away")
	passed := func(point fault.Point) int {
		match := fault.Match{Queue: queue, Where: func(m fault.Message) bool { return about(m) == "MIRROR" }}
		return len(s.Broker("order").Passages(point, match))
	}
	delivered, answered := passed(fault.Delivery), passed(fault.Ack)
	s.putOnly("MIRROR", 600)
	t.Eventually("order gets the event", patience, func(context.Context) (string, bool) {
		return fmt.Sprint(passed(fault.Delivery)-delivered, " deliveries"), passed(fault.Delivery) > delivered
	})
	// A handler that gives the event up says so at once; one that goes on trying may say nothing. Redis stays away until it has failed.
	t.Within(2*time.Second, func() bool { return passed(fault.Ack) > answered })
	t.Ours("give Redis back", redis.Heal())
	t.Step("Redis is back, with the copy from before")
	var last stack.Answer[stack.Order]
	var err error
	if !t.Within(patience, func() bool {
		last, err = s.order(t.Context(), "MIRROR")
		return err == nil && last.OK() && last.Data.Items[0].UnitPrice == 600
	}) {
		t.Fail(check.Failure{
			ID: "event-lost", Sentence: "a price that changed while Redis was away is never seen", Expected: "an order at 600", Seen: seen(last, err),
			Why: "the copy could not be deleted, so the event is not done: it must be delivered again",
		})
	}

	t.Step("let Redis answer too late")
	t.Ours("slow Redis down", redis.Delay(5*time.Second))
	s.mustCost("MIRROR", 600, check.Failure{ID: "redis-slow", Sentence: "Redis is slow, and nothing can be bought", Why: "CATALOGUE_CACHE_REDIS_TIMEOUT bounds each access; then the price is loaded"})
	t.Ours("heal Redis", redis.Heal())
}
