package incidentmvp

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	inventoryv1 "shop/gen/inventory/v1"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/stack"
)

// opposite holds the stock of two products while two purchases of both arrive, in opposite orders. Purchases that lock in one order wait for
// the same row. It does the same with two cancellations and two shipments.
func opposite(t *check.T) {
	s := openShop(t, map[string]string{"REQUEST_TIMEOUT": "60s", "SAGA_TIMEOUT": "50s", "SAGA_STEP_TIMEOUT": "40s", "COMPENSATION_TIMEOUT": "40s", "DB_STATEMENT_TIMEOUT": "30s"},
		"tea-a", "tea-b", "mug")
	s.bystander()
	for _, quantities := range [][2]int{{1, 3}, {3, 1}} {
		s.pair("two purchases", s.purchase("tea-a", quantities[0], "tea-b", quantities[1]), s.purchase("tea-b", quantities[0], "tea-a", quantities[1]))
	}
	s.pair("two cancellations", s.cancellation("tea-a", "tea-b"), s.cancellation("tea-b", "tea-a"))
	s.pair("two shipments", s.shipment("tea-a", "tea-b"), s.shipment("tea-b", "tea-a"))
	for _, names := range [][2]string{{"tea-a", "tea-b"}, {"tea-b", "tea-a"}} {
		s.pair("a purchase and a cancellation", s.purchase("tea-a", 1, "tea-b", 1), s.cancellation(names[0], names[1]))
		s.pair("a purchase and a shipment", s.purchase("tea-a", 1, "tea-b", 1), s.shipment(names[0], names[1]))
	}
	second, err := s.StartSecond(t.Context(), "inventory", nil)
	t.NoError("start a second inventory service", err)
	s.pair("two reservations at two replicas of inventory", s.reservation(s.Inventory, "tea-a", "tea-b"),
		s.reservation(inventoryv1.NewInventoryServiceClient(second.Conn()), "tea-b", "tea-a"))
}

// request asks the shop for something, and returns what is wrong with the answer.
type request func(ctx context.Context) (wrong string)

func (s *shop) purchase(first string, n int, second string, m int) request {
	buyer := s.Customer()
	return func(ctx context.Context) string {
		answer, err := s.Shop.CreateOrder(ctx, buyer, uuid.NewString(),
			stack.Item{SKU: first, Quantity: n, UnitPrice: incident.Price}, stack.Item{SKU: second, Quantity: m, UnitPrice: incident.Price})
		if err == nil && answer.OK() && answer.Data.Status == "PAID" {
			return ""
		}
		return fmt.Sprintf("%s (%v)", answer, err)
	}
}

func (s *shop) cancellation(skus ...string) request {
	buyer := s.Customer()
	id := s.Buy(buyer, pieces(skus)...).ID
	return func(ctx context.Context) string {
		answer, err := s.Shop.CancelOrder(ctx, buyer, id)
		if err == nil && answer.Status/100 == 2 {
			return ""
		}
		return fmt.Sprintf("%s (%v)", answer, err)
	}
}

func pieces(skus []string) (items []stack.Item) {
	for _, sku := range skus {
		items = append(items, incident.Piece(sku))
	}
	return items
}

func (s *shop) shipment(skus ...string) request {
	id := s.Buy(s.Customer(), pieces(skus)...).ID
	return func(ctx context.Context) string {
		answer, err := s.ship(ctx, id)
		if err == nil && answer.Status/100 == 2 {
			return ""
		}
		return fmt.Sprintf("%s (%v)", answer, err)
	}
}

// reservation calls a replica of inventory directly, as order does.
func (s *shop) reservation(inventory inventoryv1.InventoryServiceClient, first, second string) request {
	id := uuid.NewString()
	return func(ctx context.Context) string {
		_, err := inventory.Reserve(s.AsService(ctx, s.Buyer), &inventoryv1.ReserveRequest{
			SagaId: id, StepName: "RESERVE_INVENTORY", OrderId: id,
			Items: []*inventoryv1.StockItem{{Sku: first, Quantity: 1}, {Sku: second, Quantity: 1}},
		})
		if err != nil {
			return err.Error()
		}
		return ""
	}
}

// pair sends two requests while the stocks of tea-a and tea-b are locked by two sessions, and looks which of the two each waits for.
func (s *shop) pair(what string, first, second request) {
	t := s.T
	s.equalStocks()
	cancelled, shipped := s.cancellation("mug"), s.shipment("mug")
	t.Step("%s of the same products, in opposite orders, while the stocks of both are locked", what)
	watch := s.Connect("inventory_db")
	apple, pear := s.holdStock("tea-a"), s.holdStock("tea-b")
	answers := make(chan string, 2)
	for _, ask := range []request{first, second} {
		t.Go(func() { answers <- ask(t.Context()) })
	}
	var waiting map[int]int
	t.Within(3*time.Second, func() bool { // one that is kept waiting by the other outside of the database is not seen
		waiting = s.waiters(watch)
		return len(waiting) == 2
	})
	t.True(len(waiting) > 0, check.Failure{
		ID: "no-lock", Sentence: what + " do not lock the stock that they change", Expected: "they wait until its row is free", Seen: "none waits",
		Why: "Two purchases that read the same stock at the same time sell it twice.",
	})
	roots := map[int]bool{}
	for _, blocker := range waiting {
		roots[s.root(waiting, blocker)] = true
	}
	t.True(len(roots) < 2, check.Failure{
		ID: "order", Sentence: what + " lock the same stocks in different orders", Expected: "both wait for the same row",
		Seen: "one waits for tea-a, the other for tea-b: each will hold what the other needs",
		Why:  "That is a deadlock. PostgreSQL ends it after a second and rolls one back, so customers see slow purchases and now and then a failed one.",
	})
	s.others(map[string]request{"a purchase": s.purchaseOfOne, "a cancellation": cancelled, "a shipment": shipped})
	apple()
	pear()
	for range 2 {
		wrong := <-answers
		t.True(wrong == "", check.Failure{ID: "answer", Sentence: what + " of the same products do not both succeed", Expected: "a success", Seen: wrong})
	}
}

// equalStocks makes the stocks of both products equal, so that an order that follows from the stock is none.
func (s *shop) equalStocks() {
	difference := s.StockOf("tea-a").Available - s.StockOf("tea-b").Available
	switch {
	case difference > 0:
		s.deliver("tea-b", difference)
	case difference < 0:
		s.deliver("tea-a", -difference)
	}
	s.deliver("mug", 1)
}

func (s *shop) deliver(sku string, n int64) {
	stock, err := s.Shop.AdjustStock(s.T.Context(), sku, uuid.NewString(), n)
	s.OK("the delivery", stock.OK(), stock, err)
}

func (s *shop) purchaseOfOne(ctx context.Context) string {
	answer, err := s.Shop.CreateOrder(ctx, s.Buyer, uuid.NewString(), incident.Piece("mug"))
	if err != nil || !answer.OK() {
		return fmt.Sprintf("%s (%v)", answer, err)
	}
	return ""
}

// others changes the stock of a product that no lock concerns, in every way.
func (s *shop) others(asked map[string]request) {
	for what, ask := range asked {
		begin := time.Now()
		done := make(chan string, 1)
		s.T.Go(func() { done <- ask(s.T.Context()) })
		var wrong string
		ended := s.T.Within(5*time.Second, func() bool {
			select {
			case wrong = <-done:
				return true
			default:
				return false
			}
		})
		s.T.True(ended && wrong == "", check.Failure{
			ID: "all-wait", Sentence: what + " of a third product waits for those of the two that are locked", Expected: "a success at once",
			Seen: fmt.Sprintf("no success after %s %s", time.Since(begin).Round(time.Millisecond), wrong),
			Why:  "Rows are locked so that only those who want the same stock wait. One lock for all stocks makes the shop as slow as its slowest purchase.",
		})
	}
}

// bystander shows that the session that watches sees a waiting purchase.
func (s *shop) bystander() {
	s.T.Baseline(func() {
		watch := s.Connect("inventory_db")
		release := s.holdStock("tea-a")
		done := make(chan string, 1)
		buy := s.purchase("tea-a", 1, "mug", 1)
		s.T.Go(func() { done <- buy(s.T.Context()) })
		s.T.Eventually("a purchase waits for a stock that is locked", incident.Patience, func(context.Context) (string, bool) {
			n := len(s.waiters(watch))
			return fmt.Sprintf("%d sessions wait", n), n == 1
		})
		release()
		wrong := <-done
		s.T.True(wrong == "", check.Failure{Sentence: "a purchase that waited for its stock is not paid", Expected: "201", Seen: wrong})
	})
}

// holdStock locks the stock of a SKU until release is called.
func (s *shop) holdStock(sku string) (release func()) {
	return s.T.LockRows("inventory_db", "SELECT 1 FROM stocks WHERE sku = $1 FOR UPDATE", sku)
}

// waiters are the sessions that wait for a lock, each with one of those that block it.
func (s *shop) waiters(watch *pgx.Conn) map[int]int {
	rows, err := watch.Query(s.T.Context(), `SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`)
	s.T.Ours("read the locks", err)
	waiting := map[int]int{}
	var pid int
	var blockers []int
	_, err = pgx.ForEachRow(rows, []any{&pid, &blockers}, func() error {
		waiting[pid] = slices.Min(blockers)
		return nil
	})
	s.T.Ours("read the locks", err)
	return waiting
}

// root follows a session to the one that waits for no other.
func (s *shop) root(waiting map[int]int, pid int) int {
	for range len(waiting) {
		next, waits := waiting[pid]
		if !waits {
			break
		}
		pid = next
	}
	return pid
}
