package incidentmvp

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

// more is how many refusals follow each other: more than a pool has connections.
const more = 25

// refusal is a request that the shop must refuse.
type refusal struct {
	what   string
	status int
	ask    func(ctx context.Context) (fmt.Stringer, int, error)
}

// refused sends requests of every kind that is refused, looks for what they leave in the databases, and sends more of them than a pool has
// connections.
func refused(t *check.T) {
	s := open(t, nil, "lamp")
	t.Step("one request of each kind that is refused")
	for _, r := range s.refusals() {
		s.refuses(r)
		s.leavesNothing(r.what)
	}
	s.again()
	t.Step("%d refused purchases, and then a good one", more)
	stale := stack.Item{SKU: "lamp", Quantity: 1, UnitPrice: price - 1}
	for range more {
		s.refuses(s.order("a purchase at an old price", http.StatusConflict, s.buyer, uuid.NewString(), stale))
	}
	s.buy(s.buyer, lamp("lamp"))
}

func (s *shop) refusals() []refusal {
	used := uuid.NewString()
	paid, err := s.Shop.CreateOrder(s.t.Context(), s.buyer, used, lamp("lamp"))
	s.ok("the purchase", paid.OK(), paid, err)
	poor := uuid.NewString()
	return []refusal{
		s.order("a purchase at an old price", http.StatusConflict, s.buyer, uuid.NewString(), stack.Item{SKU: "lamp", Quantity: 1, UnitPrice: price - 1}),
		s.order("a purchase of an unknown product", http.StatusNotFound, s.buyer, uuid.NewString(), lamp("no-such-lamp")),
		s.order("another purchase with a key that is used", http.StatusConflict, s.buyer, used, lamp("lamp"), lamp("lamp")),
		s.order("a purchase without the money", http.StatusConflict, poor, uuid.NewString(), lamp("lamp")),
		s.order("a purchase of more than there is", http.StatusConflict, s.buyer, uuid.NewString(), stack.Item{SKU: "lamp", Quantity: 2 * pieces, UnitPrice: price}),
		{"the cancellation of an unknown order", http.StatusNotFound, func(ctx context.Context) (fmt.Stringer, int, error) {
			answer, err := s.Shop.CancelOrder(ctx, s.buyer, uuid.NewString())
			return answer, answer.Status, err
		}},
		{"a correction of the stock below zero", http.StatusConflict, func(ctx context.Context) (fmt.Stringer, int, error) {
			answer, err := s.Shop.AdjustStock(ctx, "lamp", uuid.NewString(), -10*pieces)
			return answer, answer.Status, err
		}},
		{"another delivery with a key that is used", http.StatusConflict, func(ctx context.Context) (fmt.Stringer, int, error) {
			answer, err := s.Shop.AdjustStock(ctx, "lamp", "stock-lamp", 1)
			return answer, answer.Status, err
		}},
		{"another top-up with a key that is used", http.StatusConflict, func(ctx context.Context) (fmt.Stringer, int, error) {
			answer, err := s.Shop.TopUp(ctx, s.buyer, "money-"+s.buyer, 1)
			return answer, answer.Status, err
		}},
	}
}

func (s *shop) order(what string, status int, buyer, key string, items ...stack.Item) refusal {
	return refusal{what, status, func(ctx context.Context) (fmt.Stringer, int, error) {
		answer, err := s.Shop.CreateOrder(ctx, buyer, key, items...)
		return answer, answer.Status, err
	}}
}

func (s *shop) refuses(r refusal) {
	answer, status, err := r.ask(s.t.Context())
	s.t.NoError(r.what, err)
	s.t.True(status == r.status, check.Failure{
		ID: "answer", Sentence: r.what + " is not answered as it must be", Expected: fmt.Sprint(r.status), Seen: answer.String(),
		Why: "A refusal is an answer like another, however many came before it. A service that has used up its connections has none any more.",
	})
}

// leavesNothing fails if a session of a service stays inside a transaction. Other work of the services is over within milliseconds.
func (s *shop) leavesNothing(what string) {
	for _, database := range []string{"order_db", "inventory_db", "wallet_db"} {
		conn := s.connect(database)
		var seen string
		gone := s.t.Within(time.Second, func() bool {
			var n int
			err := conn.QueryRow(s.t.Context(), `SELECT count(*), coalesce(max(left(query, 60)), '') FROM pg_stat_activity
				WHERE datname = current_database() AND state LIKE 'idle in transaction%'`).Scan(&n, &seen)
			s.t.Ours("read pg_stat_activity of "+database, err)
			return n == 0
		})
		_ = conn.Close(s.t.Context())
		s.t.True(gone, check.Failure{
			ID: "left-open", Sentence: what + " left a transaction open", Expected: "no session of " + database + " that is idle in transaction",
			Seen: "one whose last statement was " + seen,
			Why:  "It keeps a connection of the pool, every lock that it took, and the rows that autovacuum could remove.",
		})
	}
}

// again repeats a refused request with its key once the reason is gone: nothing of the refusal may be stored.
func (s *shop) again() {
	s.t.Step("repeat a refused purchase with its key, before and after its reason is gone")
	key, cheap := uuid.NewString(), stack.Item{SKU: "lamp", Quantity: 1, UnitPrice: price - 100}
	r := s.order("a purchase at a price that is not that of the catalogue", http.StatusConflict, s.buyer, key, cheap)
	s.refuses(r)
	s.refuses(r)
	s.offer("lamp", price-100)
	answer, err := s.Shop.CreateOrder(s.t.Context(), s.buyer, key, cheap)
	s.t.NoError("the repeated purchase", err)
	s.t.True(answer.OK(), check.Failure{
		ID: "stored", Sentence: "a purchase that was refused is not possible when the catalogue has the expected price", Expected: "201",
		Seen: answer.String(), Why: "What a refused transaction has written must be rolled back, the row of its key above all.",
	})
	s.offer("lamp", price)
}
