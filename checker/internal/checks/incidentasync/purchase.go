package incidentasync

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/fault"
)

// purchase is an order that was accepted.
type purchase struct{ buyer, id string }

// order orders one piece for a new customer, and does not wait for the end of the purchase.
func (s *shop) order(sku string) purchase {
	buyer := s.Customer()
	answer, err := s.Shop.CreateOrder(s.T.Context(), buyer, uuid.NewString(), incident.Piece(sku))
	s.OK("the order", answer.OK(), answer, err)
	return purchase{buyer, answer.Data.ID}
}

// ends fails unless the purchase comes to this end in time, with the right balance.
func (s *shop) ends(p purchase, id, what, status, why string, within time.Duration) {
	money := int64(incident.Money)
	if status == "PAID" {
		money -= incident.Price
	}
	want := fmt.Sprintf("the order is %s, %d in the wallet", status, money)
	var seen string
	ended := s.T.Within(within, func() bool {
		order, err := s.Shop.GetOrder(s.T.Context(), p.buyer, p.id)
		s.OK("the order", order.OK(), order, err)
		seen = fmt.Sprintf("the order is %s, %d in the wallet", order.Data.Status, s.Balance(p.buyer))
		return seen == want
	})
	s.T.True(ended, check.Failure{ID: id, Sentence: what + " does not end as it must", Expected: want, Seen: seen, Why: why})
}

// arrives waits until a hold has its message.
func (s *shop) arrives(what string, hold *fault.MessageHold) {
	s.T.Eventually(what, incident.Patience, func(context.Context) (string, bool) {
		select {
		case <-hold.Arrived():
			return "", true
		default:
			return "not yet", false
		}
	})
}

// awaitLocks waits until so many transactions of a service wait for a lock.
func (s *shop) awaitLocks(conn *pgx.Conn, n int) {
	s.T.Eventually(fmt.Sprintf("%d handlers wait for the rows that are locked", n), incident.Patience, func(ctx context.Context) (string, bool) {
		var waiting int
		err := conn.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		return fmt.Sprintf("%d wait (%v)", waiting, err), err == nil && waiting >= n
	})
}
