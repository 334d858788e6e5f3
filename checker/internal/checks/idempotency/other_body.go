package idempotency

import (
	"fmt"
	"strconv"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

func otherBody(t *check.T) {
	s := open(t)
	s.fund(10_000)

	t.Step("top up by 100, then by 999 with the same key")
	k := key("top-up")
	first, err := s.Shop.TopUp(t.Context(), s.buyer, k, 100)
	t.Baseline(func() { s.ok("top up", first.Status, first, err) })
	other, err := s.Shop.TopUp(t.Context(), s.buyer, k, 999)
	conflict(t, "a top-up of another amount", other, other.Status, other.Code, err)
	s.settles(effects{Balance: 10_100}, "the other request was another one, and was refused")

	t.Step("the same at the cash desk: another amount, another currency")
	k = key("cash")
	t.Baseline(func() { s.paidIn("top up at the cash desk", s.cash(s.buyer, k, 100, "EUR")) })
	s.cashConflict("a top-up of another amount at the cash desk", s.cash(s.buyer, k, 999, "EUR"))
	s.cashConflict("a top-up in another currency", s.cash(s.buyer, k, 100, "USD"))
	s.settles(effects{Balance: 10_200}, "the other requests were other ones, and were refused")

	t.Step("order one lamp, then three with the same key")
	k = key("order")
	order := s.mustBuy("order a lamp", k)
	bigger, err := s.Shop.CreateOrder(t.Context(), s.buyer, k, stack.Item{SKU: sku, Quantity: 3, UnitPrice: price})
	conflict(t, "an order of three instead of one", bigger, bigger.Status, bigger.Code, err)
	cheaper, err := s.Shop.CreateOrder(t.Context(), s.buyer, k, stack.Item{SKU: sku, Quantity: 1, UnitPrice: 1})
	conflict(t, "an order at another price", cheaper, cheaper.Status, cheaper.Code, err)
	s.settles(effects{Orders: 1, Balance: 9_700, Sold: 1}, "only the first order was accepted")

	t.Step("the conflict did not spoil the key: the first request still has its answer")
	again, err := s.buy(t.Context(), k)
	s.same(order, again, err)
}

// cashConflict is conflict for the cash desk, which speaks gRPC.
func (s *shop) cashConflict(what string, a cashAnswer) {
	s.t.True(a.code == codeConflict, notRefused(what, "the code "+strconv.Itoa(codeConflict), a))
}

func conflict(t *check.T, what string, answer fmt.Stringer, status, code int, err error) {
	t.NoError(what, err)
	t.True(status == 409 && code == codeConflict, notRefused(what, fmt.Sprintf("409 with code %d", codeConflict), answer))
}

func notRefused(what, expected string, answer fmt.Stringer) check.Failure {
	return check.Failure{
		Sentence: what + " under a used key was not refused", Expected: expected, Seen: answer.String(),
		Why: "answering with the old result hides a client's bug; doing the new one breaks the promise of the key",
	}
}
