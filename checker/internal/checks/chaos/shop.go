package chaos

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

// The commands to wallet.
const deduct = "wallet.balance.deduct"

const (
	price    = 500
	money    = 2_000
	pieces   = 10
	patience = 12 * time.Second
)

var lamp = stack.Item{SKU: "lamp", Quantity: 1, UnitPrice: price}

// shop is a stack with lamps on the shelf and a buyer with money.
type shop struct {
	*stack.Stack
	t     *check.T
	buyer string
}

// open starts the services and buys a lamp: the ordinary case, before any fault.
func open(t *check.T) *shop {
	s := &shop{t: t, buyer: uuid.NewString(), Stack: t.Stack(stack.Options{Env: map[string]string{
		"RABBITMQ_RECONNECT_MIN": "100ms", "RABBITMQ_RECONNECT_MAX": "1s",
		"OUTBOX_CONFIRM_TIMEOUT": "2s", "OUTBOX_LEASE": "4s", "OUTBOX_HEARTBEAT": "1s", "OUTBOX_BROKER_PAUSE": "200ms",
		"PAYMENT_TIMEOUT": "1s", "PAYMENT_SCAN_INTERVAL": "500ms", "PAYMENT_STALE_AFTER": "5s",
	}})}
	t.Baseline(func() {
		t.Step("buy one lamp of %d, without a fault", pieces)
		product, err := s.Shop.PutProduct(t.Context(), lamp.SKU, "Lamp", price)
		s.ok("the product", product.OK(), product, err)
		stock, err := s.Shop.AdjustStock(t.Context(), lamp.SKU, "stock", pieces)
		s.ok("the delivery", stock.OK(), stock, err)
		wallet, err := s.Shop.TopUp(t.Context(), s.buyer, "money", money)
		s.ok("the top-up", wallet.OK(), wallet, err)
		s.ends("the purchase", s.order("first"), "PAID", "")
	})
	return s
}

func (s *shop) ok(what string, ok bool, answer fmt.Stringer, err error) {
	s.t.NoError(what, err)
	s.t.True(ok, check.Failure{Sentence: what + " is refused", Expected: "a success", Seen: answer.String()})
}

// order orders a lamp and returns the id of the order.
func (s *shop) order(key string) string {
	accepted, err := s.Shop.CreateOrder(s.t.Context(), s.buyer, key, lamp)
	s.ok("the order", accepted.OK(), accepted, err)
	return accepted.Data.ID
}

// ends waits until an order has the status at which it ends.
func (s *shop) ends(what, id, status, why string) {
	seen := "no answer"
	ended := s.t.Within(patience, func() bool {
		ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Second)
		defer cancel()
		order, err := s.Shop.GetOrder(ctx, s.buyer, id)
		if err == nil {
			seen = order.Data.Status
		}
		return err == nil && order.OK() && order.Data.Status == status
	})
	s.t.True(ended, check.Failure{
		ID: "lost", Sentence: what + " does not end", Expected: "the order is " + status + " within seconds",
		Seen: "it is still " + seen, Why: why,
	})
}

// arrives waits until a hold has its message.
func (s *shop) arrives(what string, hold *fault.MessageHold) {
	s.t.Eventually(what, patience, func(context.Context) (string, bool) {
		select {
		case <-hold.Arrived():
			return "", true
		default:
			return "not yet", false
		}
	})
}

// holds reads balance and stock.
func (s *shop) holds(id, after, why string, wantMoney, wantPieces int64) {
	wallet, err := s.Shop.Wallet(s.t.Context(), s.buyer)
	s.ok("the wallet", wallet.OK(), wallet, err)
	stock, err := s.Shop.Stock(s.t.Context(), lamp.SKU)
	s.ok("the stock", stock.OK(), stock, err)
	want := fmt.Sprintf("%d in the wallet, %d lamps on the shelf", wantMoney, wantPieces)
	got := fmt.Sprintf("%d in the wallet, %d lamps on the shelf", wallet.Data.Balance.MinorUnits, stock.Data.Available)
	s.t.True(want == got, check.Failure{ID: id, Sentence: after + " the books are wrong", Expected: want, Seen: got, Why: why})
}
