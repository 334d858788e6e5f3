package circuitbreaker

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
)

// inventory lets the calls of order to inventory be refused, fail, and succeed again.
func inventory(t *check.T) {
	s := open(t, map[string]string{
		"INVENTORY_BREAKER_MIN_REQUESTS": "4", "INVENTORY_BREAKER_FAILURE_RATIO": "0.3", "INVENTORY_BREAKER_WINDOW": "10m",
		"INVENTORY_BREAKER_OPEN_FOR": openFor.String(), "INVENTORY_BREAKER_HALF_OPEN_REQUESTS": "2",
	})
	fresh, later := s.product(), s.product()
	link := s.Call("order", "inventory")

	t.Step("five orders each for products that do not exist, requests that are refused, and calls that were given up")
	s.orders(5)
	for _, code := range []codes.Code{codes.InvalidArgument, codes.PermissionDenied, codes.Canceled} {
		rule := link.FailWith("GetProducts", 0, code)
		s.orders(5)
		rule.Remove()
	}
	answer, err := s.order(t.Context(), fresh)
	t.NoError("order after a storm of wrong requests", err)
	t.True(answer.OK(), check.Failure{
		ID: "storm", Sentence: "a healthy inventory is not called any more", Expected: "the order is accepted", Seen: answer.String(),
		Why: "wrong requests of a few clients have closed the shop for all",
	})
	s.awaitState("order", "inventory", 0, "closed")

	t.Step("inventory is down: each call fails")
	down := link.FailWith("GetProducts", 0, codes.Unavailable)
	last := s.untilInventoryOpen()

	t.Step("while the breaker is open, inventory is not called")
	before := len(link.Calls("GetProducts"))
	for range 6 {
		answer, err := s.order(t.Context(), uuid.NewString())
		t.NoError("order while the breaker is open", err)
		s.inTime(last)
		s.is503("an order while the breaker is open", circuitOpen, answer.Status, answer.Header, answer.Reason, answer.String())
	}
	calls := len(link.Calls("GetProducts")) - before
	s.inTime(last)
	t.True(calls == 0, check.Failure{
		ID: "still-called", Sentence: "inventory was called although the breaker was open",
		Expected: "no call",
		Seen:     fmt.Sprintf("%d calls", calls),
		Why:      "a breaker that is made for a request, or a method, has never seen enough failures",
	})
	s.awaitState("order", "inventory", 2, "open")

	t.Step("other dependencies are not affected: top-ups and reads")
	top, err := s.topUp(t.Context())
	s.ok("top up while inventory is down", top, err)
	s.reads("while inventory is down")

	t.Step("inventory is back")
	down.Remove()
	t.Eventually("orders are accepted again", patience, func(ctx context.Context) (string, bool) {
		answer, err := s.order(ctx, later)
		return fmt.Sprint(answer, err), err == nil && answer.OK()
	})
	t.Eventually("an unknown product is not found, as before", patience, func(ctx context.Context) (string, bool) {
		answer, err := s.order(ctx, uuid.NewString())
		return fmt.Sprint(answer, err), err == nil && answer.Reason == "PRODUCT_NOT_FOUND"
	})
	s.awaitState("order", "inventory", 0, "closed")
}

// orders orders n products that are in no cache and do not exist.
func (s *shop) orders(n int) {
	for range n {
		answer, err := s.order(s.t.Context(), uuid.NewString())
		s.t.NoError("order a product that does not exist", err)
		s.t.True(!answer.OK() && answer.Reason != circuitOpen, check.Failure{
			ID: "storm", Sentence: "a healthy inventory is not called any more", Expected: "the answer of inventory", Seen: answer.String(),
			Why: "wrong requests of a few clients have closed the shop for all",
		})
	}
}

// untilInventoryOpen is untilOpen for orders.
func (s *shop) untilInventoryOpen() (last time.Time) {
	const most = 40
	for range most {
		sent := time.Now()
		answer, err := s.order(s.t.Context(), uuid.NewString())
		s.t.NoError("order while inventory is down", err)
		if answer.Reason == circuitOpen {
			return last
		}
		last = sent
	}
	s.t.Fail(check.Failure{
		ID: "never-opens", Sentence: "inventory fails, and is called on and on",
		Expected: fmt.Sprintf("503 with the reason %s before the %dth failure", circuitOpen, most), Seen: "each order was sent to inventory",
		Why: "a breaker sees the failures of one request only when all requests share it",
	})
	return last
}
