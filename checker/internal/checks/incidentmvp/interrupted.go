package incidentmvp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

// unhurried is an environment in which no timeout of the services strikes. The scanner looks often, and what it looks for is a saga that
// was not touched for minutes; see age.
var unhurried = map[string]string{
	"SAGA_TIMEOUT": "2m", "SAGA_STEP_TIMEOUT": "60s", "COMPENSATION_TIMEOUT": "60s", "REQUEST_TIMEOUT": "60s",
	"SAGA_SCAN_INTERVAL": "100ms", "SAGA_STALE_AFTER": "2m",
}

// victim is a customer whose request is under way when order is killed.
type victim struct {
	what, buyer, sku string
	order            string
	hold             *fault.Hold
	// wantMoney is what the wallet holds at the end, wantAvailable and wantReserved the stock.
	wantMoney, wantAvailable, wantReserved int64
	wantStatus                             string
	repeat                                 func(ctx context.Context) (fmt.Stringer, bool, error)
}

// interrupted kills order while cancellations, a shipment and a purchase wait for answers, starts it again, and reads the books.
func interrupted(t *check.T) {
	s := openShop(t, unhurried, "refund", "release", "unreleased", "ship", "purchase", "reserved", "given-up")
	victims := []*victim{
		s.cancelAt("a cancellation whose refund has not begun", "refund", s.Call("order", "wallet").HoldCall("Refund", 1)),
		s.cancelAt("a cancellation whose stock came back when order was dead", "release", s.Call("order", "inventory").HoldAnswer("Release", 1)),
		s.cancelAt("a cancellation whose stock has not come back", "unreleased", s.Call("order", "inventory").HoldCall("Release", 1)),
		s.shipAt(s.Call("order", "inventory").HoldCall("Ship", 1)),
		s.buyAt("a purchase that was charged when order was dead", "purchase", s.Call("order", "wallet").HoldAnswer("Deduct", 1)),
		s.buyAt("a purchase whose stock was reserved when order was dead", "reserved", s.Call("order", "inventory").HoldAnswer("Reserve", 1)),
	}
	t.Step("kill order, and start it again; the sagas that it left look an hour old")
	t.Ours("kill order", s.Service("order").Kill())
	for _, v := range victims {
		v.hold.Drop()
	}
	s.AgeSagas()
	refused := s.Call("order", "wallet").FailWith("Refund", 1, codes.Unavailable)
	t.NoError("start order again", s.Service("order").Restart(t.Context(), nil))
	t.Ours("reconnect to order", s.Call("gateway", "order").AwaitCallee(t.Context()))
	t.Step("wait until each of them has come to its end")
	for _, v := range victims {
		s.ends(v)
	}
	refused.Remove()
	s.gaveUp()
	s.settled()
}

// gaveUp cancels while wallet is away for longer than a cancellation waits: its driver ends, and its process lives until it is replaced.
func (s *shop) gaveUp() {
	t := s.T
	t.Step("cancel while wallet is away for longer than a cancellation waits")
	v := &victim{what: "a cancellation whose process gave it up", buyer: s.Customer(), sku: "given-up", wantMoney: incident.Money,
		wantAvailable: s.StockOf("given-up").Available, wantReserved: s.StockOf("given-up").Reserved, wantStatus: "CANCELLED"}
	v.order = s.Buy(v.buyer, incident.Piece(v.sku)).ID
	v.repeat = func(ctx context.Context) (fmt.Stringer, bool, error) {
		answer, err := s.Shop.CancelOrder(ctx, v.buyer, v.order)
		return answer, answer.Status/100 == 2, err
	}
	s.restart("short timeouts", map[string]string{"COMPENSATION_TIMEOUT": "500ms", "SAGA_STEP_TIMEOUT": "300ms", "SAGA_SCAN_INTERVAL": "1h"})
	away := s.Call("order", "wallet").FailWhen("Refund", func(int) bool { return true }, codes.Unavailable)
	_, err := s.Shop.CancelOrder(t.Context(), v.buyer, v.order)
	t.NoError("the cancellation", err)
	away.Remove()
	s.AgeSagas()
	s.restart("long timeouts", unhurried)
	s.ends(v)
}

// restart replaces order by a process with this environment.
func (s *shop) restart(with string, env map[string]string) {
	s.T.NoError("start order with "+with, s.Service("order").Restart(s.T.Context(), env))
	s.T.Ours("reconnect to order", s.Call("gateway", "order").AwaitCallee(s.T.Context()))
}

// strike sends a request and waits until it stands at the hold.
func (s *shop) strike(v *victim, send func(ctx context.Context) (fmt.Stringer, error)) *victim {
	answer := make(chan string, 1)
	s.T.Go(func() {
		said, err := send(s.T.Context())
		answer <- fmt.Sprintf("%s (%v)", said, err)
	})
	s.T.Eventually(v.what+" is under way", incident.Patience, func(context.Context) (string, bool) {
		select {
		case <-v.hold.Arrived():
			return "", true
		case early := <-answer:
			return "it was answered before: " + early, false
		default:
			return "not yet", false
		}
	})
	return v
}

func (s *shop) cancelAt(what, sku string, hold *fault.Hold) *victim {
	v := &victim{what: what, buyer: s.Customer(), sku: sku, hold: hold, wantMoney: incident.Money, wantAvailable: s.StockOf(sku).Available, wantStatus: "CANCELLED"}
	v.order = s.Buy(v.buyer, incident.Piece(sku)).ID
	v.wantReserved = s.StockOf(sku).Reserved - 1
	v.repeat = func(ctx context.Context) (fmt.Stringer, bool, error) {
		answer, err := s.Shop.CancelOrder(ctx, v.buyer, v.order)
		return answer, answer.Status/100 == 2, err
	}
	return s.strike(v, func(ctx context.Context) (fmt.Stringer, error) { return s.Shop.CancelOrder(ctx, v.buyer, v.order) })
}

func (s *shop) shipAt(hold *fault.Hold) *victim {
	v := &victim{what: "a shipment whose stock has not left", buyer: s.Customer(), sku: "ship", hold: hold, wantMoney: incident.Money - incident.Price, wantStatus: "SHIPPED"}
	v.order = s.Buy(v.buyer, incident.Piece(v.sku)).ID
	stock := s.StockOf(v.sku)
	v.wantAvailable, v.wantReserved = stock.Available, stock.Reserved-1
	v.repeat = func(ctx context.Context) (fmt.Stringer, bool, error) {
		answer, err := s.ship(ctx, v.order)
		return answer, answer.Status/100 == 2, err
	}
	return s.strike(v, func(ctx context.Context) (fmt.Stringer, error) { return s.ship(ctx, v.order) })
}

func (s *shop) buyAt(what, sku string, hold *fault.Hold) *victim {
	v := &victim{what: what, buyer: s.Customer(), sku: sku, hold: hold, wantMoney: incident.Money, wantStatus: "CANCELLED"}
	stock := s.StockOf(v.sku)
	v.wantAvailable, v.wantReserved = stock.Available, stock.Reserved
	v.repeat = func(ctx context.Context) (fmt.Stringer, bool, error) {
		answer, err := s.Shop.CreateOrder(ctx, v.buyer, "interrupted", incident.Piece(v.sku))
		return answer, answer.Status == http.StatusConflict && answer.Reason != "IN_PROGRESS", err
	}
	s.strike(v, func(ctx context.Context) (fmt.Stringer, error) {
		return s.Shop.CreateOrder(ctx, v.buyer, "interrupted", incident.Piece(v.sku))
	})
	page, err := s.Shop.ListOrders(s.T.Context(), v.buyer, 1, "")
	s.OK("the orders", page.OK() && len(page.Data.Orders) == 1, page, err)
	v.order = page.Data.Orders[0].ID
	return v
}

func (s *shop) ship(ctx context.Context, order string) (stack.Answer[json.RawMessage], error) {
	return s.Shop.Do(ctx, stack.Ask{Kind: "ship_order", Method: http.MethodPost, Path: "/v1/orders/" + order + "/ship", User: s.Buyer, Roles: []string{"admin"}})
}

// ends waits until incident.Money, stock and order of a victim are what they must be, and repeats the request.
func (s *shop) ends(v *victim) {
	want := fmt.Sprintf("%d in the wallet, %d %s available and %d reserved, the order is %s", v.wantMoney, v.wantAvailable, v.sku, v.wantReserved, v.wantStatus)
	var seen string
	ended := s.T.Within(incident.Patience, func() bool {
		order, err := s.Shop.GetOrder(s.T.Context(), v.buyer, v.order)
		s.OK("the order", order.OK(), order, err)
		stock := s.StockOf(v.sku)
		seen = fmt.Sprintf("%d in the wallet, %d %s available and %d reserved, the order is %s",
			s.Balance(v.buyer), stock.Available, v.sku, stock.Reserved, order.Data.Status)
		return seen == want
	})
	s.T.True(ended, check.Failure{
		ID: "unfinished", Sentence: v.what + " is not finished by the next process", Expected: want, Seen: seen,
		Why: "The process that drove it is dead. What it left is in saga_executions, and only the scanner looks there.",
	})
	answer, ok, err := v.repeat(s.T.Context())
	s.T.NoError("the repeated request", err)
	s.T.True(ok, check.Failure{
		ID: "repeated", Sentence: "the customer who repeats " + v.what + " does not hear how it ended", Expected: "the answer that says how it ended",
		Seen: answer.String(), Why: "The customer whose answer was lost has nothing but the repetition.",
	})
}

// settled fails if the scanner would find something again.
func (s *shop) settled() {
	conn := s.Connect("order_db")
	s.T.Eventually("no saga is left unsettled", incident.Patience, func(ctx context.Context) (string, bool) {
		var n int
		err := conn.QueryRow(ctx, `SELECT count(*) FROM saga_executions WHERE status IN ('RUNNING', 'COMPENSATING')`).Scan(&n)
		return fmt.Sprintf("%d are unsettled (%v)", n, err), err == nil && n == 0
	})
}
