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
	for _, service := range []struct{ name, database, lock, what, queue string }{
		{"inventory", "inventory_db", "SELECT 1 FROM stocks FOR UPDATE", "its command to inventory", inventoryQueue},
		{"wallet", "wallet_db", "SELECT 1 FROM wallets FOR UPDATE", "its command to wallet", walletQueue},
	} {
		for _, kill := range []bool{false, true} {
			what := fmt.Sprintf("a purchase for which handling %s failed twice", service.what)
			if kill {
				what = fmt.Sprintf("a purchase whose handler was killed with %s", service.what)
			}
			t.Step("%s", what)
			watch := s.Connect(service.database)
			buyer := s.Customer()
			unlock := t.LockRows(service.database, service.lock)
			p := s.orderOf(buyer, "lamp")
			s.awaitLocks(watch, 1)
			if kill {
				t.Ours("kill "+service.name, s.Service(service.name).Kill())
				unlock()
				t.NoError("the start of "+service.name, s.Service(service.name).Restart(t.Context(), nil))
			} else {
				s.failTwice(watch)
				unlock()
			}
			s.ends(p, "lost", what, "PAID", why, 2*incident.Patience)
		}
		s.nothingHeld(service.name, service.queue)
	}
	s.replies(why)
	s.together(why)
}

// together lets the row of one command to wallet wait, so that an effect that is committed without it shows.
func (s *shop) together(why string) {
	t := s.T
	t.Step("another transaction stores the row of a command to wallet, and does not commit")
	watch := s.Connect("wallet_db")
	hold := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	p := s.order("lamp")
	s.arrives("order sends "+deduct, hold)
	unlock := t.LockRows("wallet_db", `INSERT INTO processed_events (scope, key, request_hash)
		SELECT DISTINCT scope, $1, ''::bytea FROM processed_events WHERE scope LIKE 'message/%'`, hold.Passage().Message.ID)
	hold.Release()
	var balance int64
	t.Eventually("wallet stores that it has handled the command, or takes the money", 2*incident.Patience, func(ctx context.Context) (string, bool) {
		n, err := waitingForLocks(ctx, watch)
		balance = s.Balance(p.buyer)
		return fmt.Sprintf("%d statements wait for the lock (%v), %d in the wallet", n, err, balance), err == nil && n > 0 || balance != incident.Money
	})
	balance = s.Balance(p.buyer)
	t.True(balance == incident.Money, check.Failure{
		ID: "apart", Sentence: "the effect of a message is committed, and the row that says it was handled is not",
		Expected: fmt.Sprintf("%d in the wallet as long as the row cannot be stored", incident.Money), Seen: fmt.Sprintf("%d in the wallet", balance), Why: why,
	})
	unlock()
	s.ends(p, "lost", "a purchase whose row had to wait", "PAID", why, 2*incident.Patience)
}

// failTwice waits until the handler has failed, was given the message again, and has failed once more. A message that does not come again is
// what the check finds out next.
func (s *shop) failTwice(conn *pgx.Conn) {
	s.awaitFailure(conn)
	again := s.T.Within(incident.Patience, func() bool {
		n, err := waitingForLocks(s.T.Context(), conn)
		s.T.Ours("read pg_stat_activity", err)
		return n > 0
	})
	if again {
		s.awaitFailure(conn)
	}
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
		what := "a purchase for which handling a reply failed twice"
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
			s.failTwice(watch)
			unlock()
		}
		s.ends(p, "lost", what, "PAID", why, 2*incident.Patience)
	}
	s.nothingHeld("order", orderQueue)
}
