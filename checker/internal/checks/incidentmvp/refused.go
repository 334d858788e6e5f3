package incidentmvp

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
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
	s := openShop(t, nil, "lamp")
	t.Step("one request of each kind that is refused")
	for _, r := range s.refusals() {
		s.refuses(r)
		s.leavesNothing(r.what)
	}
	s.unreachable()
	s.again()
	s.againUnknown()
	t.Step("%d refused purchases, and then a good one", more)
	stale := stack.Item{SKU: "lamp", Quantity: 1, UnitPrice: incident.Price - 1}
	for range more {
		s.refuses(s.order("a purchase at an old price", http.StatusConflict, s.Buyer, uuid.NewString(), stale))
	}
	s.Buy(s.Buyer, incident.Piece("lamp"))
}

func (s *shop) refusals() []refusal {
	used := uuid.NewString()
	paid, err := s.Shop.CreateOrder(s.T.Context(), s.Buyer, used, incident.Piece("lamp"))
	s.OK("the purchase", paid.OK(), paid, err)
	poor := uuid.NewString()
	return []refusal{
		s.order("a purchase at an old price", http.StatusConflict, s.Buyer, uuid.NewString(), stack.Item{SKU: "lamp", Quantity: 1, UnitPrice: incident.Price - 1}),
		s.order("a purchase of an unknown product", http.StatusNotFound, s.Buyer, uuid.NewString(), incident.Piece("no-such-lamp")),
		s.order("a purchase that lists a product twice", http.StatusBadRequest, s.Buyer, uuid.NewString(), incident.Piece("lamp"), incident.Piece("lamp")),
		s.order("another purchase with a key that is used", http.StatusConflict, s.Buyer, used, stack.Item{SKU: "lamp", Quantity: 2, UnitPrice: incident.Price}),
		s.order("a purchase without the money", http.StatusConflict, poor, uuid.NewString(), incident.Piece("lamp")),
		s.order("a purchase of more than there is", http.StatusConflict, s.Buyer, uuid.NewString(), stack.Item{SKU: "lamp", Quantity: 2 * incident.Pieces, UnitPrice: incident.Price}),
		{"the cancellation of an unknown order", http.StatusNotFound, func(ctx context.Context) (fmt.Stringer, int, error) {
			answer, err := s.Shop.CancelOrder(ctx, s.Buyer, uuid.NewString())
			return answer, answer.Status, err
		}},
		{"a correction of the stock below zero", http.StatusConflict, func(ctx context.Context) (fmt.Stringer, int, error) {
			answer, err := s.Shop.AdjustStock(ctx, "lamp", uuid.NewString(), -10*incident.Pieces)
			return answer, answer.Status, err
		}},
		{"another delivery with a key that is used", http.StatusConflict, func(ctx context.Context) (fmt.Stringer, int, error) {
			answer, err := s.Shop.AdjustStock(ctx, "lamp", "stock-lamp", 1)
			return answer, answer.Status, err
		}},
		{"another top-up with a key that is used", http.StatusConflict, func(ctx context.Context) (fmt.Stringer, int, error) {
			answer, err := s.Shop.TopUp(ctx, s.Buyer, "money-"+s.Buyer, 1)
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

func (s *shop) refuses(r refusal) (answered string) {
	answer, status, err := r.ask(s.T.Context())
	s.T.NoError(r.what, err)
	s.T.True(status == r.status, check.Failure{
		ID: "answer", Sentence: r.what + " is not answered as it must be", Expected: fmt.Sprint(r.status), Seen: answer.String(),
		Why: "A refusal is an answer like another, however many came before it. A service that has used up its connections has none any more.",
	})
	return answer.String()
}

// leavesNothing fails if a session of a service stays inside a transaction. Other work of the services is over within milliseconds.
func (s *shop) leavesNothing(what string) {
	for _, database := range []string{"order_db", "inventory_db", "wallet_db"} {
		conn := s.Connect(database)
		var seen string
		gone := s.T.Within(time.Second, func() bool {
			var n int
			err := conn.QueryRow(s.T.Context(), `SELECT count(*), coalesce(max(left(query, 60)), '') FROM pg_stat_activity
				WHERE datname = current_database() AND state LIKE 'idle in transaction%'`).Scan(&n, &seen)
			s.T.Ours("read pg_stat_activity of "+database, err)
			return n == 0
		})
		_ = conn.Close(s.T.Context())
		s.T.True(gone, check.Failure{
			ID: "left-open", Sentence: what + " left a transaction open", Expected: "no session of " + database + " that is idle in transaction",
			Seen: "one whose last statement was " + seen,
			Why:  "It keeps a connection of the pool, every lock that it took, and the rows that autovacuum could remove.",
		})
	}
}

// again repeats a refused request with its key once the reason is gone: nothing of the refusal may be stored.
func (s *shop) again() {
	s.T.Step("repeat a refused purchase with its key, before and after its reason is gone")
	key, cheap := uuid.NewString(), stack.Item{SKU: "lamp", Quantity: 1, UnitPrice: incident.Price - 100}
	r := s.order("a purchase at a price that is not that of the catalogue", http.StatusConflict, s.Buyer, key, cheap)
	first, second := s.refuses(r), s.refuses(r)
	s.T.True(first == second, check.Failure{
		ID: "stored", Sentence: "a refused purchase that is repeated with its key gets another answer", Expected: first, Seen: second,
		Why: "What a refused transaction has written must be rolled back, the row of its key above all.",
	})
	s.Offer("lamp", incident.Price-100)
	answer, err := s.Shop.CreateOrder(s.T.Context(), s.Buyer, key, cheap)
	s.T.NoError("the repeated purchase", err)
	s.T.True(answer.OK(), check.Failure{
		ID: "stored", Sentence: "a purchase that was refused is not possible when the catalogue has the expected price", Expected: "201",
		Seen: answer.String(), Why: "What a refused transaction has written must be rolled back, the row of its key above all.",
	})
	s.Offer("lamp", incident.Price)
}

// againUnknown does the same with a product that is not in the catalogue yet.
func (s *shop) againUnknown() {
	key := uuid.NewString()
	r := s.order("a purchase of a product that is not there yet", http.StatusNotFound, s.Buyer, key, incident.Piece("new-lamp"))
	first, second := s.refuses(r), s.refuses(r)
	s.T.True(first == second, check.Failure{
		ID: "stored", Sentence: "a refused purchase that is repeated with its key gets another answer", Expected: first, Seen: second,
		Why: "What a refused transaction has written must be rolled back, the row of its key above all.",
	})
	s.Offer("new-lamp", incident.Price)
	stock, err := s.Shop.AdjustStock(s.T.Context(), "new-lamp", "stock-new-lamp", 1)
	s.OK("the delivery", stock.OK(), stock, err)
	answer, err := s.Shop.CreateOrder(s.T.Context(), s.Buyer, key, incident.Piece("new-lamp"))
	s.T.NoError("the repeated purchase", err)
	s.T.True(answer.OK(), check.Failure{
		ID: "stored", Sentence: "a purchase that was refused is not possible when its product is there", Expected: "201", Seen: answer.String(),
		Why: "What a refused transaction has written must be rolled back, the row of its key above all.",
	})
}

// unreachable refuses purchases because inventory cannot be reached.
func (s *shop) unreachable() {
	link := s.Call("order", "inventory")
	rule := link.FailWhen("GetProducts", func(int) bool { return true }, codes.Unavailable)
	s.refuses(s.order("a purchase while inventory is unreachable", http.StatusServiceUnavailable, s.Buyer, uuid.NewString(), incident.Piece("lamp")))
	rule.Remove()
	s.leavesNothing("a purchase while inventory was unreachable")
}
