package retries

import (
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"

	orderv1 "shop/gen/order/v1"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

// once lets calls fail, and loses answers, that must not be repeated; and one that must be.
func once(t *check.T) {
	s := open(t, "wallet")
	job := map[string]any{"window": "2026-01-01"}
	for _, c := range []struct {
		callee, method string
		ask            stack.Ask
	}{
		{"order", "ShipOrder", stack.Ask{Method: "POST", Path: "/v1/orders/" + uuid.NewString() + "/ship"}},
		{"order", "RunJob", stack.Ask{Method: "POST", Path: "/v1/admin/jobs/daily_sales_report/runs", Body: job}},
		{"order", "BackfillJob", stack.Ask{
			Method: "POST", Path: "/v1/admin/jobs/daily_sales_report/backfills", Body: map[string]any{"from": "2026-01-01", "to": "2026-01-02"},
		}},
		{"inventory", "PutProduct", stack.Ask{Method: "PUT", Path: "/v1/products/" + s.sku, Body: map[string]any{
			"name": "Lamp", "unit_price": map[string]any{"minor_units": price, "currency": "EUR"},
		}}},
	} {
		c.ask.User, c.ask.Roles = stack.AdminID, []string{"admin"}
		link := s.Call("gateway", c.callee)
		t.Step("%s is unavailable", c.method)
		rule, seen := link.FailWith(c.method, 0, codes.Unavailable), watch(link, c.method)
		got := s.do("call "+c.method, c.ask)
		rule.Remove()
		s.madeOnce(c.method, seen, got)
		t.Step("%s is done, and its answer is lost", c.method)
		rule, seen = link.FailAnswer(c.method, 1, codes.Unavailable), watch(link, c.method)
		got = s.do("call "+c.method, c.ask)
		rule.Remove()
		s.madeOnce(c.method, seen, got)
	}
	s.keyed()
}

func (s *shop) madeOnce(method string, seen tap, got answer) {
	s.t.True(seen.count() == 1 && is503(got), check.Failure{
		ID: "repeated", Sentence: method + " was repeated, or its failure was not reported",
		Expected: "1 call, and 503 for the client",
		Seen:     fmt.Sprintf("%d calls, and %s", seen.count(), got),
		Why: "UNAVAILABLE does not prove that nothing was done: the connection may have broken after it. The request has no key by which " +
			"the service could recognize the repetition, and meanwhile another person may have changed what it overwrites.",
	})
}

// keyed loses the answer to a new order, which has a key.
func (s *shop) keyed() {
	s.t.Step("an order is accepted, and its answer is lost")
	link := s.Call("gateway", "order")
	rule, seen := link.FailAnswer("CreateOrder", 1, codes.Unavailable), watch(link, "CreateOrder")
	defer rule.Remove()
	got, err := s.order(s.t.Context(), s.sku)
	s.t.NoError("order a lamp", err)
	s.t.True(got.OK() && seen.count() == 2, check.Failure{
		ID: "keyed", Sentence: "an order whose answer was lost was not sent again",
		Expected: "2 calls, and 202 for the client",
		Seen:     fmt.Sprintf("%d calls, and %s", seen.count(), got),
		Why:      "CreateOrder has an idempotency key: the repetition gets the stored answer, and the client never knows of the failure.",
	})
	var keys [2]string
	for i, call := range seen.calls() {
		var request orderv1.CreateOrderRequest
		s.t.Ours("read a request", call.DecodeRequest(&request))
		keys[i] = request.GetIdempotencyKey()
	}
	page, err := s.Shop.ListOrders(s.t.Context(), s.buyer, 10, "")
	s.t.NoError("list the orders", err)
	s.t.True(keys[0] == keys[1] && len(page.Data.Orders) <= 1, check.Failure{
		ID: "keyed", Sentence: "the repetition is another order",
		Expected: "the same key, and one order",
		Seen:     fmt.Sprintf("keys %v, %d orders", keys, len(page.Data.Orders)),
		Why:      "a new key for each attempt makes each attempt a new request",
	})
}
