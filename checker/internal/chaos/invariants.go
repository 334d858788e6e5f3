package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/history"
	"stagecraft/checker/internal/stack"
)

// evidence is what the invariants of an experiment are judged by, once everything has ended.
type evidence struct {
	books       history.Books
	services    []*stack.Service
	cards       int64          // what the payment provider took, in minor units
	deadLetters map[string]int // queue → messages
	failed      map[string]int // database → events that the relay has given up
}

// invariant is one that must hold after every experiment. Its name is the id of its failure.
type invariant struct {
	name  string
	judge func(evidence) ([]history.Violation, error)
}

var invariants = []invariant{
	{"services", func(e evidence) ([]history.Violation, error) { return servicesLive(e), nil }},
	{"orders", func(e evidence) ([]history.Violation, error) {
		return slices.Concat(history.OrdersFinal(e.books), history.AcceptedExist(e.books), history.KeysOnce(e.books)), nil
	}},
	{"linear", func(e evidence) ([]history.Violation, error) { return history.OrdersLinear(e.books) }},
	{"money", func(e evidence) ([]history.Violation, error) {
		return slices.Concat(history.ChargedOnce(e.books), history.MoneyConserved(e.books)), nil
	}},
	{"stock", func(e evidence) ([]history.Violation, error) { return history.StockConserved(e.books), nil }},
	{"cards", func(e evidence) ([]history.Violation, error) { return cardsBooked(e), nil }},
	{"messages", func(e evidence) ([]history.Violation, error) { return messagesArrived(e), nil }},
}

func invariantNames() []string {
	var names []string
	for _, i := range invariants {
		names = append(names, i.name)
	}
	return names
}

func servicesLive(e evidence) (found []history.Violation) {
	for _, s := range e.services {
		if exit, crashed := s.Crashed(); crashed {
			found = append(found, history.Violation{Invariant: "every service is alive", Expected: s.Name + " runs", Seen: exit.String(),
				Why: "A fault from outside must not end the process: it has to wait, retry and go on."})
		}
	}
	return found
}

// cardsBooked: what the wallets got from cards is what the provider took.
func cardsBooked(e evidence) []history.Violation {
	booked := int64(0)
	for _, entries := range e.books.Ledger {
		for _, entry := range entries {
			if entry.Kind != "DEDUCT" && entry.Kind != "REFUND" {
				booked += entry.Amount.MinorUnits
			}
		}
	}
	if booked == e.cards {
		return nil
	}
	return []history.Violation{{Invariant: "every charge of a card is in a wallet, once", Expected: fmt.Sprintf("%d in the wallets", e.cards),
		Seen: fmt.Sprintf("%d (%+d)", booked, booked-e.cards), Why: "A top-up whose answer was lost has to be found out and booked, or voided."}}
}

func messagesArrived(e evidence) (found []history.Violation) {
	for queue, n := range e.deadLetters {
		if n > 0 {
			found = append(found, history.Violation{
				Invariant: "no message is given up", Expected: queue + " is empty", Seen: fmt.Sprintf("%d messages", n),
				Why: "Every message of the day can be processed: one that is dead was never done.",
			})
		}
	}
	for database, n := range e.failed {
		if n > 0 {
			found = append(found, history.Violation{Invariant: "every event is sent", Expected: "no failed row in the outbox of " + database,
				Seen: fmt.Sprintf("%d rows", n), Why: "A broker that is away is no reason to give an event up."})
		}
	}
	return found
}

// openWork are the queries that count what has not ended yet.
var openWork = []struct{ what, database, query string }{
	{"an order is still on its way", "order_db", `SELECT count(*) FROM orders WHERE status IN (1, 2)`},
	{"a saga has not ended", "order_db", `SELECT count(*) FROM saga_executions WHERE status NOT IN ('COMPLETED', 'COMPENSATED')`},
	{"a payment is not decided", "wallet_db", `SELECT count(*) FROM payments WHERE status IN ('PENDING', 'CHARGED', 'VOIDING')`},
	{"an event of order is not sent", "order_db", `SELECT count(*) FROM outbox_events WHERE sent_at IS NULL`},
	{"an event of inventory is not sent", "inventory_db", `SELECT count(*) FROM outbox_events WHERE sent_at IS NULL`},
	{"an event of wallet is not sent", "wallet_db", `SELECT count(*) FROM outbox_events WHERE sent_at IS NULL`},
	{"the list of orders is behind the orders", "order_db", `SELECT count(*) FROM orders o LEFT JOIN order_list_view v
		ON v.order_id = o.id AND v.generation = (SELECT active FROM order_list_state) WHERE v.status IS DISTINCT FROM o.status`},
}

// unfinished says what has not ended; "" when all has. An error is that of the database.
func unfinished(ctx context.Context, databases map[string]string) (string, error) {
	conns := map[string]*pgx.Conn{}
	defer func() {
		for _, conn := range conns {
			_ = conn.Close(context.WithoutCancel(ctx))
		}
	}()
	for _, open := range openWork {
		conn := conns[open.database]
		if conn == nil {
			var err error
			if conn, err = pgx.Connect(ctx, databases[open.database]); err != nil {
				return "", err
			}
			conns[open.database] = conn
		}
		var n int
		if err := conn.QueryRow(ctx, open.query).Scan(&n); err != nil {
			return "", fmt.Errorf("%s: %w", open.what, err)
		}
		if n > 0 {
			return fmt.Sprintf("%s (%d)", open.what, n), nil
		}
	}
	return "", nil
}

// gather reads the end of the books and what was given up.
func gather(ctx context.Context, s *stack.Stack, c *customers, databases map[string]string, management string) (e evidence, err error) {
	e.books = history.Books{Opening: map[string]int64{}, OpeningStock: map[string]int64{}, Ops: c.recorder.Ops()}
	if err := e.books.Read(ctx, s.Shop.Recording(nil), c.names, c.skus()); err != nil {
		return e, err
	}
	e.services, e.cards, e.failed = s.Services(), s.Provider.Net("EUR"), map[string]int{}
	for _, database := range []string{"order_db", "inventory_db", "wallet_db"} {
		conn, err := pgx.Connect(ctx, databases[database])
		if err != nil {
			return e, err
		}
		var n int
		err = conn.QueryRow(ctx, `SELECT count(*) FROM outbox_events WHERE failed_at IS NOT NULL AND sent_at IS NULL`).Scan(&n)
		if err = errors.Join(err, conn.Close(ctx)); err != nil {
			return e, err
		}
		e.failed[database] = n
	}
	e.deadLetters, err = deadLetters(ctx, management)
	return e, err
}

// deadLetters counts the messages of each dlq.* queue of the vhosts that the management API shows to this user.
func deadLetters(ctx context.Context, management string) (map[string]int, error) {
	address, err := url.Parse(management)
	if err != nil {
		return nil, errors.New("the URL of RabbitMQ's management cannot be read")
	}
	user := address.User
	address.User, address.Path = nil, "/api/queues"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, err
	}
	password, _ := user.Password()
	request.SetBasicAuth(user.Username(), password)
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	defer response.Body.Close()
	var queues []struct {
		Name     string
		Messages int
	}
	if err := json.NewDecoder(response.Body).Decode(&queues); err != nil {
		return nil, fmt.Errorf("list queues: %s: %w", response.Status, err)
	}
	dead := map[string]int{}
	for _, q := range queues {
		if strings.HasPrefix(q.Name, "dlq.") {
			dead[q.Name] = q.Messages
		}
	}
	return dead, nil
}

// failure is a violation with what came before it.
func failure(id string, v history.Violation, after string) check.Failure {
	f := v.Failure()
	f.ID = id
	f.Sentence = "after " + after + ", " + f.Sentence
	return f
}
