package idempotency

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
)

func repeated(t *check.T) {
	s := open(t)

	t.Step("top up the wallet by 2000, then repeat the request twice")
	d, k1 := s.desk(), key("top-up")
	first := d.mustTopUp("top up", s.buyer, k1, 2000, 2000)
	for range 2 {
		d.mustRepeat(first, s.buyer, k1, 2000)
	}
	s.settles(effects{Balance: 2000}, "one top-up, however often it was requested")

	t.Step("order one lamp, then repeat the request twice")
	k := key("order")
	order := s.mustBuy("order a lamp", k)
	for range 2 {
		again, err := s.buy(t.Context(), k)
		s.same(order, again, err)
	}
	s.settles(effects{Orders: 1, Balance: 1500, Sold: 1}, "one order, however often it was requested")

	t.Step("adjust the stock by -10 twice with one key")
	k = key("adjust")
	sold, err := s.Shop.AdjustStock(t.Context(), sku, k, -10)
	s.ok("adjust the stock", sold.Status, sold, err)
	again, err := s.Shop.AdjustStock(t.Context(), sku, k, -10)
	s.ok("repeat the adjustment", again.Status, again, err)
	t.True(again.Data == sold.Data, check.Failure{
		Sentence: "a repeated stock adjustment got another answer", Expected: fmt.Sprintf("%+v", sold.Data), Seen: fmt.Sprintf("%+v", again.Data),
	})
	s.marked("the repeated adjustment", again.OK(), again.Replayed)
	s.settles(effects{Orders: 1, Balance: 1500, Sold: 11}, "the shelf was adjusted once, by 10")

	t.Step("order with a new key: a new order")
	other := s.mustBuy("order another lamp", key("order"))
	t.True(other.Data.ID != order.Data.ID, check.Failure{
		Sentence: "a new key got the answer of an old one", Expected: "a new order", Seen: describe(other),
		Why: "two orders were sent; only the key can tell them apart",
	})
	s.settles(effects{Orders: 2, Balance: 1000, Sold: 12}, "two keys are two orders")

	t.Step("repeat the very first top-up: it still gets its own answer")
	d.mustRepeat(first, s.buyer, k1, 2000)

	s.similarKeys()
	s.otherCallers()
	s.refusal()
	s.fullWallet()
}

// fullWallet repeats a top-up that was refused because the wallet was full, after there is room again.
func (s *shop) fullWallet() {
	s.t.Step("a top-up over the limit of the wallet is refused, and stays refused when there is room again")
	rich, d := *s, s.desk()
	rich.buyer = uuid.NewString()
	rich.fund(walletLimit)
	k := key("cash")
	first := d.topUp(rich.buyer, k, 1, "EUR")
	s.t.True(first.code == 1003, check.Failure{
		Sentence: "a top-up over the limit was not refused", Expected: "the code 1003", Seen: first.String(),
	})
	rich.mustBuy("order a lamp, which makes room", key("order"))
	d.mustRepeat(first, rich.buyer, k, 1)
}

// walletLimit is where top-ups end, as the stage says.
const walletLimit = 1_000_000_000_000_000

// similarKeys uses keys that are the same only to code that changes them before it compares them.
func (s *shop) similarKeys() {
	customer, k, d := uuid.NewString(), key("cash"), s.desk()
	s.t.Step("three keys that differ in a capital letter or a space at the end: these are three payments")
	d.mustTopUp("top up", customer, k, 100, 100)
	d.mustTopUp("top up with the same key in capital letters, which is another key", customer, strings.ToUpper(k), 100, 200)
	d.mustTopUp("top up with a space after the key, which is another key", customer, k+" ", 100, 300)
	s.settlesFor(customer, 300, "three keys are three payments")
}

// otherCallers use a key that one admin has used at the cash desk.
func (s *shop) otherCallers() {
	customer := uuid.NewString()
	k, mine, theirs := key("shared"), s.desk(), desk{s, uuid.NewString()}
	s.t.Step("two admins use one key, for the same customer and amount: these are two payments")
	first := mine.mustTopUp("top up", customer, k, 100, 100)
	second := theirs.mustTopUp("top up as another admin, with a key that the first has used", customer, k, 100, 200)
	mine.mustRepeat(first, customer, k, 100)
	theirs.mustRepeat(second, customer, k, 100)
	s.settlesFor(customer, 200, "each admin has accepted 100")

	s.t.Step("the customer uses the same key for a payment by card: this is a third payment")
	card, err := s.Shop.TopUp(s.t.Context(), customer, k, 100)
	s.ok("top up by card with a key that was used at the cash desk", card.Status, card, err)
	s.settlesFor(customer, 300, "two payments at the cash desk and one by card")
}

// refusal repeats a request that was refused, after the reason is gone.
func (s *shop) refusal() {
	s.t.Step("a buyer without money is refused; the refusal is an answer as well")
	poor := *s
	poor.buyer = uuid.NewString()
	k := key("order")
	first, err := poor.buy(s.t.Context(), k)
	s.t.NoError("order without money", err)
	if first.OK() && !first.Data.Settled() {
		poor.ends(first, "CANCELLED")
	} else {
		s.t.True(first.Status == 409 && first.Code == 1003, check.Failure{
			Sentence: "an order without money was not refused", Expected: "409, code 1003", Seen: first.String(),
		})
	}
	poor.fund(2000)
	again, err := poor.buy(s.t.Context(), k)
	poor.same(first, again, err)
	s.settlesFor(poor.buyer, 2000, "the refused order took nothing when it was repeated")
}
