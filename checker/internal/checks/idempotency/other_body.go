package idempotency

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

func otherBody(t *check.T) {
	s := open(t)
	s.fund(10_000)

	t.Step("top up, then use the key for another amount, another currency, another customer")
	k, d, other := key("cash"), s.desk(), uuid.NewString()
	first := d.mustTopUp("top up", s.buyer, k, 100, 10_100)
	s.cashConflict("a top-up of another amount", d.topUp(s.buyer, k, 999, "EUR"))
	s.cashConflict("a top-up in another currency", d.topUp(s.buyer, k, 100, "USD"))
	s.cashConflict("a top-up for another customer", d.topUp(other, k, 100, "EUR"))
	d.mustRepeat(first, s.buyer, k, 100)
	s.settles(effects{Balance: 10_100}, "the other requests were refused")
	s.settlesFor(other, 0, "the request for another customer was refused")

	t.Step("order one lamp, then three with the same key")
	k = key("order")
	order := s.mustBuy("order a lamp", k)
	bigger, err := s.Shop.CreateOrder(t.Context(), s.buyer, k, stack.Item{SKU: sku, Quantity: 3, UnitPrice: price})
	conflict(t, "an order of three instead of one", bigger, bigger.Status, bigger.Code, err)
	cheaper, err := s.Shop.CreateOrder(t.Context(), s.buyer, k, stack.Item{SKU: sku, Quantity: 1, UnitPrice: 1})
	conflict(t, "an order at another price", cheaper, cheaper.Status, cheaper.Code, err)
	s.settles(effects{Orders: 1, Balance: 10_100 - price, Sold: 1}, "only the first order was accepted")

	t.Step("after the conflict, the first request still has its answer")
	again, err := s.buy(t.Context(), k)
	s.same(order, again, err)
}

// cashConflict is conflict for the cash desk.
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
		Why: "the old answer would hide a bug of the client; the new effect would break the promise of the key",
	}
}
