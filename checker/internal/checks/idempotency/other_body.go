package idempotency

import (
	"fmt"

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
	foreign, err := s.Shop.Do(t.Context(), stack.Ask{
		Method: "POST", Path: "/v1/wallets/me/top-ups", User: s.buyer, Key: k, Body: stack.Money{MinorUnits: 100, Currency: "USD"},
	})
	conflict(t, "a top-up in another currency", foreign, foreign.Status, foreign.Code, err)
	s.settles(effects{Balance: 10_100}, "the other requests were other ones, and were refused")

	t.Step("order one lamp, then three with the same key")
	k = key("order")
	order := s.mustBuy("order a lamp", k)
	bigger, err := s.Shop.CreateOrder(t.Context(), s.buyer, k, stack.Item{SKU: sku, Quantity: 3, UnitPrice: price})
	conflict(t, "an order of three instead of one", bigger, bigger.Status, bigger.Code, err)
	cheaper, err := s.Shop.CreateOrder(t.Context(), s.buyer, k, stack.Item{SKU: sku, Quantity: 1, UnitPrice: 1})
	conflict(t, "an order at another price", cheaper, cheaper.Status, cheaper.Code, err)
	s.settles(effects{Orders: 1, Balance: 9_600, Sold: 1}, "only the first order was accepted")

	t.Step("the conflict did not spoil the key: the first request still has its answer")
	again, err := s.buy(t.Context(), k)
	s.same(order, again, err)
}

func conflict(t *check.T, what string, answer fmt.Stringer, status, code int, err error) {
	t.NoError(what, err)
	t.True(status == 409 && code == codeConflict, check.Failure{
		Sentence: what + " under a used key was not refused",
		Expected: fmt.Sprintf("409 with code %d", codeConflict), Seen: answer.String(),
		Why: "answering with the old result hides a client's bug; doing the new one breaks the promise of the key",
	})
}
