package incidentasync

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/fault"
)

// nothingLost lets handlers fail for a while, at their database, and kills them in the middle of their work, at each service.
func nothingLost(t *check.T) {
	s := openShop(t, map[string]string{"DB_STATEMENT_TIMEOUT": "1s"}, "lamp")
	const why = "The row that says a message was handled and the effect of the message belong in one transaction. A row that is committed first says " +
		"done when nothing is done, and the next delivery is thrown away."
	for _, service := range []struct{ name, database, lock, what string }{
		{"inventory", "inventory_db", "SELECT 1 FROM stocks FOR UPDATE", "its command to inventory"},
		{"wallet", "wallet_db", "SELECT 1 FROM wallets FOR UPDATE", "its command to wallet"},
	} {
		for _, kill := range []bool{false, true} {
			what := fmt.Sprintf("a purchase for which handling %s failed", service.what)
			if kill {
				what = fmt.Sprintf("a purchase whose handler was killed with %s", service.what)
			}
			t.Step("%s", what)
			watch := s.Connect(service.database)
			buyer := s.Customer()
			unlock := t.LockRows(service.database, service.lock)
			p := s.orderOf(buyer)
			s.awaitLocks(watch, 1)
			if kill {
				t.Ours("kill "+service.name, s.Service(service.name).Kill())
				unlock()
				t.NoError("the start of "+service.name, s.Service(service.name).Restart(t.Context(), nil))
			} else {
				s.awaitFailure(watch)
				unlock()
			}
			s.ends(p, "lost", what, "PAID", why, 2*incident.Patience)
		}
	}
	s.replies(why)
}

func (s *shop) orderOf(buyer string) purchase {
	answer, err := s.Shop.CreateOrder(s.T.Context(), buyer, "lost-"+fmt.Sprint(s.T.Rand().Uint64()), incident.Piece("lamp"))
	s.OK("the order", answer.OK(), answer, err)
	return purchase{buyer, answer.Data.ID}
}

// awaitFailure waits until the statement that waits for a lock has ended: the time limit of statements strikes, and the handler fails.
func (s *shop) awaitFailure(conn *pgx.Conn) {
	const waiting = `SELECT pid, query_start FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' ORDER BY pid`
	type statement struct {
		PID   int
		Start time.Time
	}
	read := func() []statement {
		rows, err := conn.Query(s.T.Context(), waiting)
		s.T.Ours("read pg_stat_activity", err)
		all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[statement])
		s.T.Ours("read pg_stat_activity", err)
		return all
	}
	first := read()
	s.T.Eventually("a statement that waits for a lock reaches its time limit", incident.Patience, func(context.Context) (string, bool) {
		now := read()
		return fmt.Sprintf("%d wait", len(now)), len(first) == 0 || !slices.Contains(now, first[0])
	})
}

// replies lets order fail while it handles the reply to a command, and kills it while it does.
func (s *shop) replies(why string) {
	t := s.T
	for _, kill := range []bool{false, true} {
		what := "a purchase for which handling a reply failed"
		if kill {
			what = "a purchase whose reply order was handling when it was killed"
		}
		t.Step("%s", what)
		watch := s.Connect("order_db")
		hold := s.Broker("order").HoldDelivery(fault.Match{RoutingKey: reply}, 1)
		p := s.order("lamp")
		s.arrives("the reply of inventory is on its way to order", hold)
		unlock := t.LockRows("order_db", "SELECT 1 FROM saga_executions WHERE aggregate_id = $1::uuid FOR UPDATE", p.id)
		hold.Release()
		s.awaitLocks(watch, 1)
		if kill {
			t.Ours("kill order", s.Service("order").Kill())
			unlock()
			t.NoError("the start of order", s.Service("order").Restart(t.Context(), nil))
			t.Ours("reconnect to order", s.Call("gateway", "order").AwaitCallee(t.Context()))
		} else {
			s.awaitFailure(watch)
			unlock()
		}
		s.ends(p, "lost", what, "PAID", why, 2*incident.Patience)
	}
}
