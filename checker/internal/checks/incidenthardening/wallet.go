package incidenthardening

import (
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/telemetry"
)

const (
	deduct = "wallet.balance.deduct"
	queue  = "wallet.commands"
)

// wallet is the running service, and its database.
type wallet struct {
	*stack.Stack
	t  *check.T
	db *pgx.Conn
}

// command is a command to deduct an amount from a wallet of its own.
type command struct {
	user string
	fault.Message
}

func openWallet(t *check.T, env map[string]string) *wallet {
	t.Step("start wallet")
	all := map[string]string{
		"CONSUMER_REQUEUE_MIN": "50ms", "CONSUMER_REQUEUE_MAX": "200ms", "RABBITMQ_RECONNECT_MIN": "40ms", "RABBITMQ_RECONNECT_MAX": "200ms",
	}
	maps.Copy(all, env)
	_, err := t.Broker().Tap("order.saga.reply", "wallet.balance.deducted")
	t.Ours("take what wallet publishes", err)
	w := &wallet{t: t, Stack: t.Stack(stack.Options{Env: all}), db: connect(t, "wallet_db")}
	t.Baseline(func() {
		t.Step("one command is done")
		c := w.command()
		becomes(t, check.Failure{Sentence: "no queue takes the first command", Expected: "wallet declares " + queue}, func() (string, bool) {
			err := t.Broker().Publish(c.Message)
			return fmt.Sprint(err), err == nil
		})
		w.done("ordinary", "a command", "Nothing is wrong yet.", c)
	})
	return w
}

// command makes a command, and a wallet that it takes the money from.
func (w *wallet) command() command {
	user := uuid.NewString()
	_, err := w.db.Exec(w.t.Context(), `
		WITH w AS (INSERT INTO wallets (user_id, currency, balance_minor, version) VALUES ($1, 'EUR', 1000, 1))
		INSERT INTO ledger_entries VALUES ($1, 'EUR', 1, 1, 1000, 1000, 'checker/' || $1, now())`, user)
	w.t.Ours("open a wallet", err)
	return command{user, fault.Message{
		RoutingKey: deduct, Type: deduct, ID: uuid.NewString(), CorrelationID: uuid.NewString(), Timestamp: time.Now(),
		Headers: map[string]any{
			"event_type": deduct, "event_version": 1, "aggregate_type": "saga", "aggregate_id": uuid.NewString(), "sequence": 7,
		},
		Body: fmt.Appendf(nil, `{"sagaId":%q,"stepName":"DEDUCT_BALANCE","orderId":%q,"userId":%q,"amount":{"minorUnits":"1","currency":"EUR"}}`,
			uuid.NewString(), uuid.NewString(), user),
	}}
}

// commands makes n commands and publishes them.
func (w *wallet) commands(n int) (all []command) {
	var messages []fault.Message
	for range n {
		c := w.command()
		all, messages = append(all, c), append(messages, c.Message)
	}
	w.t.Ours("publish", w.t.Broker().Publish(messages...))
	return all
}

// poison publishes a command that cannot be decoded.
func (w *wallet) poison() command {
	c := w.command()
	c.Body = []byte("42 not JSON")
	w.t.Ours("publish", w.t.Broker().Publish(c.Message))
	return c
}

// entries counts the amounts that were taken for the commands.
func (w *wallet) entries(commands ...command) (n int) {
	var users []string
	for _, c := range commands {
		users = append(users, c.user)
	}
	err := w.db.QueryRow(w.t.Context(), `SELECT count(*) FROM ledger_entries WHERE user_id = ANY($1) AND kind = 2`, users).Scan(&n)
	w.t.Ours("read the ledger", err)
	return n
}

// done waits until all commands have had their effect.
func (w *wallet) done(id, what, why string, commands ...command) {
	becomes(w.t, check.Failure{
		ID: id, Sentence: "wallet does not do " + what, Expected: fmt.Sprintf("%d entries in the ledger", len(commands)), Why: why,
	}, func() (string, bool) {
		n := w.entries(commands...)
		return fmt.Sprintf("%d entries", n), n == len(commands)
	})
}

// delivered waits until wallet has got all commands.
func (w *wallet) delivered(commands ...command) {
	becomes(w.t, check.Failure{ID: "ordinary", Sentence: "wallet does not take messages while its database is away", Expected: "it takes them, and repeats"}, func() (string, bool) {
		n := 0
		for _, c := range commands {
			n += min(1, len(w.Broker("wallet").Passages(fault.Delivery, fault.Match{ID: c.ID, Queue: queue})))
		}
		return fmt.Sprintf("%d of %d", n, len(commands)), n == len(commands)
	})
}

// shown is the metric of the dead letters, -1 when there is none.
func (w *wallet) shown() float64 {
	metrics, err := telemetry.Scrape(w.t.Context(), w.Service("wallet").MetricsAddr)
	w.t.NoError("read the metrics of wallet", err)
	n, found := metrics.Sum("dead_letters", map[string]string{"queue": queue})
	if !found {
		return -1
	}
	return n
}

// shows waits until the metric of the dead letters is n.
func (w *wallet) shows(n int, id, sentence, why string) {
	becomes(w.t, check.Failure{
		ID: id, Sentence: sentence, Expected: fmt.Sprintf("dead_letters{queue=%q} %d, DEAD_LETTER_INTERVAL later", queue, n), Why: why,
	}, func() (string, bool) {
		shown := w.shown()
		if shown < 0 {
			return "no such series", false
		}
		return fmt.Sprint(shown), shown == float64(n)
	})
}
