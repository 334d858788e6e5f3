package incidentmvp

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/stack"
)

// opposite holds the stock of two products while two purchases of both arrive, in opposite orders. Purchases that lock in one order wait for
// the same row. It does the same with two cancellations and two shipments.
func opposite(t *check.T) {
	s := openShop(t, map[string]string{"REQUEST_TIMEOUT": "60s", "SAGA_TIMEOUT": "50s", "SAGA_STEP_TIMEOUT": "40s", "COMPENSATION_TIMEOUT": "40s", "DB_STATEMENT_TIMEOUT": "30s"},
		"apple", "pear", "plum")
	s.bystander()
	for _, quantities := range [][2]int{{1, 3}, {3, 1}} {
		s.pair("two purchases", true, s.purchase("apple", quantities[0], "pear", quantities[1]), s.purchase("pear", quantities[0], "apple", quantities[1]))
	}
	s.pair("two cancellations", false, s.cancellation("apple", "pear"), s.cancellation("pear", "apple"))
	s.pair("two shipments", false, s.shipment("apple", "pear"), s.shipment("pear", "apple"))
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

func (s *shop) cancellation(first, second string) request {
	buyer := s.Customer()
	id := s.Buy(buyer, incident.Piece(first), incident.Piece(second)).ID
	return func(ctx context.Context) string {
		answer, err := s.Shop.CancelOrder(ctx, buyer, id)
		if err == nil && answer.Status/100 == 2 {
			return ""
		}
		return fmt.Sprintf("%s (%v)", answer, err)
	}
}

func (s *shop) shipment(first, second string) request {
	id := s.Buy(s.Customer(), incident.Piece(first), incident.Piece(second)).ID
	return func(ctx context.Context) string {
		answer, err := s.ship(ctx, id)
		if err == nil && answer.Status/100 == 2 {
			return ""
		}
		return fmt.Sprintf("%s (%v)", answer, err)
	}
}

// pair sends two requests while the stocks of apple and pear are locked by two sessions, and looks which of the two each waits for.
func (s *shop) pair(what string, withOther bool, first, second request) {
	t := s.T
	t.Step("%s of the same products, in opposite orders, while the stocks of both are locked", what)
	watch := s.Connect("inventory_db")
	apple, pear := s.holdStock("apple"), s.holdStock("pear")
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
		Seen: "one waits for apple, the other for pear: each will hold what the other needs",
		Why:  "That is a deadlock. PostgreSQL ends it after a second and rolls one back, so customers see slow purchases and now and then a failed one.",
	})
	if withOther {
		s.others()
	}
	apple()
	pear()
	for range 2 {
		wrong := <-answers
		t.True(wrong == "", check.Failure{ID: "answer", Sentence: what + " of the same products do not both succeed", Expected: "a success", Seen: wrong})
	}
}

// others buys a product that no lock concerns.
func (s *shop) others() {
	begin := time.Now()
	done := make(chan string, 1)
	s.T.Go(func() {
		answer, err := s.Shop.CreateOrder(s.T.Context(), s.Buyer, uuid.NewString(), incident.Piece("plum"))
		if err != nil || !answer.OK() {
			done <- fmt.Sprintf("%s (%v)", answer, err)
			return
		}
		done <- ""
	})
	var wrong string
	paid := s.T.Within(5*time.Second, func() bool {
		select {
		case wrong = <-done:
			return true
		default:
			return false
		}
	})
	s.T.True(paid && wrong == "", check.Failure{
		ID: "all-wait", Sentence: "a purchase of a third product waits for those of the two that are locked", Expected: "it is paid at once",
		Seen: fmt.Sprintf("no success after %s %s", time.Since(begin).Round(time.Millisecond), wrong),
		Why:  "Rows are locked so that only those who want the same stock wait. One lock for all stocks makes the shop as slow as its slowest purchase.",
	})
}

// bystander shows that the session that watches sees a waiting purchase.
func (s *shop) bystander() {
	s.T.Baseline(func() {
		watch := s.Connect("inventory_db")
		release := s.holdStock("apple")
		done := make(chan string, 1)
		buy := s.purchase("apple", 1, "plum", 1)
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
