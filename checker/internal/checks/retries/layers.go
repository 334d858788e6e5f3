package retries

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"

	inventoryv1 "shop/gen/inventory/v1"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// layers lets calls of order to inventory fail while the gateway waits for order.
func layers(t *check.T) {
	s := open(t, "wallet")
	link, front := s.Call("order", "inventory"), s.Call("gateway", "order")
	second, third := s.product(), s.product()
	t.Baseline(func() { s.accepted(s.sku, "order a lamp") })

	t.Step("order asks inventory for a price, and the call fails once")
	rule := link.FailWith("GetProducts", 1, codes.Unavailable)
	s.accepted(second, "order a lamp while one call to inventory fails")
	rule.Remove()

	t.Step("all calls to inventory fail: one order, seen by three services")
	rule, seen, outer := link.FailWith("GetProducts", 0, codes.Unavailable), watch(link, "GetProducts"), watch(front, "CreateOrder")
	got, err := s.order(t.Context(), third)
	t.NoError("order a lamp while inventory fails", err)
	rule.Remove()
	asked := seen.pricesOf(t, third)
	t.True(asked <= maxAttempts, check.Failure{
		ID: "multiplied", Sentence: "the repetitions of the layers multiply",
		Expected: "at most 3 calls of GetProducts for one order",
		Seen:     fmt.Sprintf("%d calls of GetProducts, in %d calls of CreateOrder", asked, outer.count()),
		Why: "Three layers with three attempts make 27 calls of one. One layer repeats; the others must know that it has tried, " +
			"or must not repeat at all.",
	})
	t.True(got.Status == http.StatusServiceUnavailable && got.Header.Get("Retry-After") != "", check.Failure{
		ID: "answer", Sentence: "an order that cannot be accepted got the wrong answer",
		Expected: "503 with Retry-After", Seen: fmt.Sprintf("%s, Retry-After %q", got, got.Header.Get("Retry-After")),
		Why: "the client repeats with its key, when it is told that it may",
	})
	s.sameRules(link)
	t.Step("inventory is back")
	s.accepted(third, "order a lamp after the outage")
}

// sameRules shows that whatever repeats the calls of order follows the rules for codes and for the budget, too.
func (s *shop) sameRules(link *fault.Link) {
	fails := func(code codes.Code) (asked int) {
		rule, seen, sku := link.FailWith("GetProducts", 0, code), watch(link, "GetProducts"), uuid.NewString()
		defer rule.Remove()
		_, err := s.order(s.t.Context(), sku)
		s.t.NoError("order a lamp while inventory fails", err)
		return seen.pricesOf(s.t, sku)
	}
	s.t.Step("a call of order to inventory ends with INTERNAL")
	asked := fails(codes.Internal)
	s.t.True(asked == 1, check.Failure{
		ID: "code", Sentence: "order repeated a call that ended with INTERNAL", Expected: "1 call of GetProducts", Seen: fmt.Sprintf("%d calls", asked),
		Why: "only UNAVAILABLE is worth a repetition, in whichever layer it is made",
	})
	s.t.Step("eight more orders fail, then one more")
	for range 8 {
		_ = fails(codes.Unavailable)
	}
	asked = fails(codes.Unavailable)
	s.t.True(asked == 1, check.Failure{
		ID: "budget", Sentence: "order repeats calls to inventory although all calls before them have failed",
		Expected: "1 call of GetProducts", Seen: fmt.Sprintf("%d calls", asked),
		Why: "a service that fails must not get more load, from whichever layer it comes; what repeats needs a budget",
	})
}

// pricesOf counts the calls for a product: the projector of lists may ask for others at the same time.
func (t tap) pricesOf(c *check.T, sku string) (n int) {
	for _, call := range t.calls() {
		var request inventoryv1.GetProductsRequest
		c.Ours("read a request", call.DecodeRequest(&request))
		if slices.Contains(request.GetSkus(), sku) {
			n++
		}
	}
	return n
}

func (s *shop) accepted(sku, doing string) {
	got, err := s.order(s.t.Context(), sku)
	s.t.NoError(doing, err)
	s.t.True(got.OK(), check.Failure{
		ID: "not-repeated", Sentence: doing + ": the order was not accepted",
		Expected: "202", Seen: got.String(), Why: "one layer has to repeat a call that failed once: that is what retries are for",
	})
}
