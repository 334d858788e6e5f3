package deadletters

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

const (
	deduct = "wallet.balance.deduct"
	queue  = "wallet.commands"
	dead   = "dlq." + queue
	// limitOf is x-delivery-limit: a message is delivered once more than that.
	limitOf = 5
)

// The amounts of commands. The trigger of the check tells commands apart by them.
const (
	plain  = 1
	shaky  = 13 // fails five times, then succeeds
	poison = 66 // fails always
)

// failing is in the error of a command that fails.
const failing = "the checker lets this statement fail"

// trigger lets statements fail. A sequence is not rolled back, so it counts failures.
const trigger = `
	CREATE SEQUENCE checker_failures;
	CREATE FUNCTION checker_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF NEW.amount_minor = -66 THEN RAISE EXCEPTION '` + failing + `'; END IF;
		IF nextval('checker_failures') <= 5 THEN RAISE EXCEPTION '` + failing + `'; END IF;
		RETURN NEW; END $$;
	CREATE TRIGGER checker_fail BEFORE INSERT ON ledger_entries FOR EACH ROW WHEN (NEW.amount_minor IN (-13, -66)) EXECUTE FUNCTION checker_fail()`

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

// start starts wallet, and waits until its queue is there.
func start(t *check.T, env map[string]string) *wallet {
	t.Step("start wallet")
	all := map[string]string{
		"CONSUMER_REQUEUE_MIN": "20ms", "CONSUMER_REQUEUE_MAX": "100ms", "RABBITMQ_RECONNECT_MIN": "40ms", "CONSUMER_DEAD_LETTER_TIMEOUT": "60s",
		"SHUTDOWN_ENDPOINT_WAIT": "0s",
	}
	maps.Copy(all, env)
	_, err := t.Broker().Tap("order.saga.reply", "wallet.balance.deducted")
	t.Ours("take what wallet publishes", err)
	w := &wallet{t: t, Stack: t.Stack(stack.Options{Env: all})}
	w.db, err = pgx.Connect(t.Context(), t.Lease().Databases["wallet_db"])
	t.Ours("connect to the database", err)
	t.Cleanup(func(ctx context.Context) { _ = w.db.Close(ctx) })
	w.exec("let some commands fail", trigger)
	t.Baseline(func() {
		t.Step("before anything goes wrong: one command is done")
		c := w.command(plain)
		becomes(t, check.Failure{
			ID: "ordinary", Sentence: "no queue takes the first command", Expected: "wallet declares its queue and binds it",
			Why: "declareQueue does that",
		}, func() (string, bool) {
			err := t.Broker().Publish(c.Message)
			return fmt.Sprint(err), err == nil
		})
		w.done("ordinary", "the first command", "", c)
	})
	return w
}

// stop stops wallet, so that the check can take its messages.
func (w *wallet) stop() {
	w.t.Step("stop wallet")
	ctx, cancel := w.t.Patience(2 * patience)
	defer cancel()
	_, err := w.Service("wallet").Stop(ctx)
	w.t.NoError("stop wallet", err)
}

func (w *wallet) exec(what, sql string, args ...any) {
	_, err := w.db.Exec(w.t.Context(), sql, args...)
	w.t.Ours(what, err)
}

// command makes a command and the wallet that it takes the money from.
func (w *wallet) command(amount int) command {
	user := uuid.NewString()
	w.exec("open a wallet", `
		WITH w AS (INSERT INTO wallets (user_id, currency, balance_minor, version) VALUES ($1, 'EUR', 1000, 1))
		INSERT INTO ledger_entries VALUES ($1, 'EUR', 1, 1, 1000, 1000, 'checker/' || $1, now())`, user)
	return command{user, fault.Message{
		RoutingKey: deduct, Type: deduct, ID: uuid.NewString(), CorrelationID: uuid.NewString(), Timestamp: time.Now(),
		Headers: map[string]any{
			"event_type": deduct, "event_version": 1, "aggregate_type": "saga", "aggregate_id": uuid.NewString(), "sequence": 7,
		},
		Body: fmt.Appendf(nil, `{"sagaId":%q,"stepName":"DEDUCT_BALANCE","orderId":%q,"userId":%q,"amount":{"minorUnits":"%d","currency":"EUR"}}`,
			uuid.NewString(), uuid.NewString(), user, amount),
	}}
}

// broken makes a command that cannot be decoded.
func (w *wallet) broken() command {
	c := w.command(plain)
	c.Body = []byte("42 not JSON")
	return c
}

// send publishes commands.
func (w *wallet) send(commands ...command) {
	var messages []fault.Message
	for _, c := range commands {
		messages = append(messages, c.Message)
	}
	w.t.Ours("publish", w.t.Broker().Publish(messages...))
}

// sendMany publishes n commands that nothing is wrong with.
func (w *wallet) sendMany(n int) (all []command) {
	for range n {
		all = append(all, w.command(plain))
	}
	w.send(all...)
	return all
}

// done waits until all commands have had their effect.
func (w *wallet) done(id, what, why string, commands ...command) {
	var users []string
	for _, c := range commands {
		users = append(users, c.user)
	}
	becomes(w.t, check.Failure{
		ID: id, Sentence: "wallet has not done " + what, Expected: fmt.Sprintf("%d entries in the ledger", len(commands)), Why: why,
	}, func() (string, bool) {
		n := 0
		err := w.db.QueryRow(w.t.Context(), `SELECT count(*) FROM ledger_entries WHERE user_id = ANY($1) AND kind = 2`, users).Scan(&n)
		w.t.Ours("read the ledger", err)
		return fmt.Sprintf("%d entries", n), n == len(commands)
	})
}

func (w *wallet) link() *fault.AMQPLink { return w.Broker("wallet") }

// deliveries returns how often wallet was given a command.
func (w *wallet) deliveries(c command) int {
	return len(w.link().Passages(fault.Delivery, fault.Match{ID: c.ID, Queue: queue}))
}

// answers returns wallet's answers to the deliveries of a command.
func (w *wallet) answers(c command) []fault.Passage {
	return w.link().Passages(fault.Ack, fault.Match{ID: c.ID, Queue: queue})
}
