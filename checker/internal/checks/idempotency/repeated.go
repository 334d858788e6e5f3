package idempotency

import (
	"fmt"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

func repeated(t *check.T) {
	s := open(t)

	t.Step("top up the wallet by 2000, then repeat the request twice")
	k := key("top-up")
	k1 := k
	first, err := s.Shop.TopUp(t.Context(), s.buyer, k, 2000)
	t.Baseline(func() { s.ok("top up", first.Status, first, err) })
	for range 2 {
		s.sameTopUp(first, k, 2000)
	}
	s.settles(effects{Balance: 2000}, "one top-up, however often it was asked for")

	t.Step("order one lamp, then repeat the request twice")
	k = key("order")
	order := s.mustBuy("order a lamp", k)
	for range 2 {
		again, err := s.buy(t.Context(), k)
		s.same(order, again, err)
	}
	s.settles(effects{Orders: 1, Balance: 1500, Sold: 1}, "one order, however often it was asked for")

	t.Step("adjust the stock by -10 twice with one key")
	k = key("adjust")
	sold, err := s.Shop.AdjustStock(t.Context(), sku, k, -10)
	s.ok("adjust the stock", sold.Status, sold, err)
	again, err := s.Shop.AdjustStock(t.Context(), sku, k, -10)
	s.ok("repeat the adjustment", again.Status, again, err)
	t.Equal("what a repeated adjustment says is available", sold.Data.Available, again.Data.Available)
	s.marked("the repeated adjustment", again.OK(), again.Replayed)
	s.settles(effects{Orders: 1, Balance: 1500, Sold: 11}, "the shelf was adjusted once, by 10")

	t.Step("order with a new key: a new order")
	other := s.mustBuy("order another lamp", key("order"))
	t.True(other.Data.ID != order.Data.ID, check.Failure{
		Sentence: "a new key got the answer of an old one", Expected: "a new order", Seen: describe(other),
		Why: "two lamps were wanted; the key says so, the body cannot",
	})
	s.settles(effects{Orders: 2, Balance: 1000, Sold: 12}, "two keys are two orders")

	t.Step("repeat the very first top-up: its answer is still that of its own time")
	s.sameTopUp(first, k1, 2000)

	s.anotherCaller()
	s.refusal()
	s.fullWallet()
}

// sameTopUp repeats a top-up and fails unless the answer is the first one.
func (s *shop) sameTopUp(first stack.Answer[stack.Wallet], key string, minorUnits int64) {
	again, err := s.Shop.TopUp(s.t.Context(), s.buyer, key, minorUnits)
	s.ok("repeat the top-up", again.Status, again, err)
	s.t.True(again.Status == first.Status && again.Data.Balance == first.Data.Balance, check.Failure{
		Sentence: "a repeated top-up got another answer", Expected: toldBalance(first), Seen: toldBalance(again),
		Why: "the answer belongs to the request: what happened to the wallet since is another question",
	})
	s.marked("the repeated top-up", again.OK(), again.Replayed)
}

// fullWallet repeats a top-up that was refused because the wallet was full, when it is so no more.
func (s *shop) fullWallet() {
	s.t.Step("a top-up over the wallet's limit is refused, and stays refused when there is room again")
	rich := *s
	rich.buyer = uuid.NewString()
	rich.fund(walletLimit)
	byCard, atDesk := key("top-up"), key("cash")
	card, err := s.Shop.TopUp(s.t.Context(), rich.buyer, byCard, 1)
	s.t.NoError("top up a full wallet", err)
	s.t.True(card.Status == 409 && card.Code == 1003, check.Failure{
		Sentence: "a top-up over the limit was not refused", Expected: "409, code 1003", Seen: card.String(),
	})
	desk := s.cash(rich.buyer, atDesk, 1, "EUR")
	s.t.True(desk.code == 1003, check.Failure{
		Sentence: "a top-up over the limit was not refused", Expected: "the code 1003", Seen: desk.String(),
	})
	rich.mustBuy("order a lamp, which makes room", key("order"))
	deskAgain := s.cash(rich.buyer, atDesk, 1, "EUR")
	s.t.True(deskAgain.code == desk.code, changedItsMind(desk, deskAgain))
	cardAgain, err := s.Shop.TopUp(s.t.Context(), rich.buyer, byCard, 1)
	s.t.NoError("repeat the refused top-up", err)
	s.t.True(cardAgain.Status == card.Status && cardAgain.Code == card.Code, changedItsMind(card, cardAgain))
}

func changedItsMind(first, again fmt.Stringer) check.Failure {
	return check.Failure{
		Sentence: "a top-up that was refused got another answer when it was repeated", Expected: first.String(), Seen: again.String(),
		Why: "a refusal is an answer: who repeats must not be surprised by a booking he has given up on",
	}
}

// walletLimit is where top-ups end, as the stage says.
const walletLimit = 1_000_000_000_000_000

// anotherCaller uses the buyer's key as somebody else.
func (s *shop) anotherCaller() {
	s.t.Step("somebody else uses the same key: it is his own")
	shared := key("shared")
	mine, err := s.Shop.TopUp(s.t.Context(), s.buyer, shared, 100)
	s.ok("top up", mine.Status, mine, err)
	stranger := uuid.NewString()
	his, err := s.Shop.TopUp(s.t.Context(), stranger, shared, 100)
	s.ok("top up as somebody else with a key that the buyer used", his.Status, his, err)
	s.t.Equal("the stranger's balance", int64(100), his.Data.Balance.MinorUnits)
	s.t.Equal("whose wallet the stranger was shown", stranger, his.Data.UserID)
}

// refusal repeats a request that was refused, after the reason is gone.
func (s *shop) refusal() {
	s.t.Step("a poor buyer is refused; the refusal is an answer like any other")
	poor := *s
	poor.buyer = uuid.NewString()
	k := key("order")
	first, err := poor.buy(s.t.Context(), k)
	s.t.NoError("order without money", err)
	s.t.True(first.Status == 409 && first.Code == 1003, check.Failure{
		Sentence: "an order without money was not refused", Expected: "409, code 1003", Seen: first.String(),
	})
	poor.fund(2000)
	again, err := poor.buy(s.t.Context(), k)
	poor.same(first, again, err)
	wallet, err := s.Shop.Wallet(s.t.Context(), poor.buyer)
	s.ok("read the wallet", wallet.Status, wallet, err)
	s.t.Equal("the balance after a repeated, refused order", int64(2000), wallet.Data.Balance.MinorUnits)
}

func toldBalance(a stack.Answer[stack.Wallet]) string {
	return fmt.Sprintf("%d and %s", a.Status, wallet(a.Data.Balance.MinorUnits))
}
