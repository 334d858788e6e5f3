package consumer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/stall"
)

const (
	deduct = "wallet.balance.deduct"
	queue  = "wallet.commands"

	// patience is how long something may take that takes milliseconds on an idle machine.
	patience = 8 * time.Second
)

// The amounts of commands. The triggers of the check tell commands apart by them.
const (
	plain  = 1
	slow   = 7  // its commit waits while the gate is shut
	busy   = 8  // its statement waits while the gate is shut
	shaky  = 13 // fails twice, then succeeds
	poison = 66 // fails always
)

const gateLock = 242424

// triggers make the database slow or failing for some commands. A sequence is not rolled back, so it counts failures.
const triggers = `
	CREATE SEQUENCE checker_failures;
	CREATE FUNCTION checker_wait() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN PERFORM pg_advisory_xact_lock_shared(242424); RETURN NULL; END $$;
	CREATE FUNCTION checker_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF NEW.amount_minor = -66 OR nextval('checker_failures') <= 2 THEN RAISE EXCEPTION 'the checker lets this statement fail'; END IF;
		RETURN NEW; END $$;
	CREATE CONSTRAINT TRIGGER checker_wait AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
		WHEN (NEW.amount_minor = -7) EXECUTE FUNCTION checker_wait();
	CREATE TRIGGER checker_busy AFTER INSERT ON ledger_entries FOR EACH ROW WHEN (NEW.amount_minor = -8) EXECUTE FUNCTION checker_wait();
	CREATE TRIGGER checker_fail BEFORE INSERT ON ledger_entries FOR EACH ROW
		WHEN (NEW.amount_minor IN (-13, -66)) EXECUTE FUNCTION checker_fail()`

// quick is an environment in which repetitions and reconnections come soon, and no statement times out.
var quick = map[string]string{
	"CONSUMER_WORKERS": "3", "CONSUMER_PREFETCH": "6", "CONSUMER_TIMEOUT": "60s",
	"CONSUMER_REQUEUE_MIN": "20ms", "CONSUMER_REQUEUE_MAX": "100ms",
	"RABBITMQ_RECONNECT_MIN": "40ms", "RABBITMQ_RECONNECT_MAX": "800ms",
	"DB_STATEMENT_TIMEOUT": "60s", "DB_COMMIT_TIMEOUT": "60s",
}

// service is one running service, its link to the broker and its database.
type service struct {
	*stack.Stack
	t     *check.T
	name  string
	queue string
	env   map[string]string

	mu sync.Mutex
	db *pgx.Conn
}

// start starts a service with an environment that is added to quick.
func start(t *check.T, name, queue string, env map[string]string) *service {
	t.Step("start %s", name)
	s := &service{t: t, name: name, queue: queue, env: maps.Clone(quick)}
	maps.Copy(s.env, env)
	s.Stack = t.Stack(stack.Options{Env: s.env})
	db, err := pgx.Connect(t.Context(), t.Lease().Databases[name+"_db"])
	t.Ours("connect to the database", err)
	t.Cleanup(func(ctx context.Context) { _ = db.Close(ctx) })
	s.db = db
	return s
}

// openWallet starts wallet and shows that the ordinary case works: a command is done and acknowledged.
func openWallet(t *check.T, env map[string]string) *service {
	s := start(t, "wallet", queue, env)
	_, err := t.Broker().Tap("order.saga.reply")
	t.Ours("take wallet's replies", err)
	s.exec("set up the database", triggers)
	t.Baseline(func() {
		t.Step("before anything goes wrong: one command is done and acknowledged")
		first := s.command(plain)
		s.routable(first.Message)
		s.done("ordinary", "the first command", "", first)
		s.acked("ordinary", "the first command", "", first)
	})
	return s
}

func (s *service) link() *fault.AMQPLink { return s.Broker(s.name) }

func (s *service) exec(what, sql string, args ...any) {
	s.mu.Lock()
	_, err := s.db.Exec(s.t.Context(), sql, args...)
	s.mu.Unlock()
	s.t.Ours(what, err)
}

func (s *service) count(what, sql string, args ...any) (n int) {
	s.mu.Lock()
	err := s.db.QueryRow(s.t.Context(), sql, args...).Scan(&n)
	s.mu.Unlock()
	s.t.Ours(what, err)
	return n
}

// command is a command to deduct an amount from a wallet of its own.
type command struct {
	user string
	fault.Message
}

// command makes a command and the wallet that it takes the money from.
func (s *service) command(amount int) command {
	user := uuid.NewString()
	s.exec("open a wallet", `
		WITH w AS (INSERT INTO wallets (user_id, currency, balance_minor, version) VALUES ($1, 'EUR', 1000, 1))
		INSERT INTO ledger_entries VALUES ($1, 'EUR', 1, 1, 1000, 1000, 'checker/' || $1, now())`, user)
	return command{user, fault.Message{
		RoutingKey: deduct, Type: deduct, ID: uuid.NewString(), CorrelationID: uuid.NewString(), Timestamp: time.Now(),
		Headers: map[string]any{
			"event_type": deduct, "event_version": 1, "aggregate_type": "saga", "aggregate_id": uuid.NewString(), "sequence": 0,
		},
		Body: fmt.Appendf(nil, `{"sagaId":%q,"stepName":"DEDUCT_BALANCE","orderId":%q,"userId":%q,"amount":{"minorUnits":"%d","currency":"EUR"}}`,
			uuid.NewString(), uuid.NewString(), user, amount),
	}}
}

// publish publishes messages. A quorum queue refuses the first message of a channel when its disk is too slow to register the channel: that
// is tried again.
func (s *service) publish(messages ...fault.Message) {
	var err error
	for range 4 {
		if err = s.t.Broker().Publish(messages...); err == nil || !refused(err) {
			break
		}
	}
	s.t.Ours("publish", err)
}

func refused(err error) bool { return strings.Contains(err.Error(), "was not confirmed") }

// routable publishes a message as soon as a queue is bound for it.
func (s *service) routable(m fault.Message) {
	s.await("ordinary", s.name+" declares its queue and binds it", "declareQueue does that", func() (string, bool) {
		err := s.t.Broker().Publish(m)
		return fmt.Sprint(err), err == nil || refused(err)
	})
	s.publish(m)
}

// send publishes a command.
func (s *service) send(amount int) command {
	c := s.command(amount)
	s.publish(c.Message)
	return c
}

// sendMany publishes n commands at once.
func (s *service) sendMany(n, amount int) (all []command) {
	var messages []fault.Message
	for range n {
		c := s.command(amount)
		all, messages = append(all, c), append(messages, c.Message)
	}
	s.publish(messages...)
	return all
}

// await fails with an id when something does not happen.
func (s *service) await(id, what, why string, probe func() (seen string, ok bool)) {
	done := s.t.WaitingOn(what)
	ctx, cancel := s.t.Patience(patience)
	defer cancel()
	for pause := 10 * time.Millisecond; ; pause = min(pause*3/2, 150*time.Millisecond) {
		seen, ok := probe()
		if ok {
			done()
			return
		}
		select {
		case <-time.After(pause): // most probes open a connection
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), stall.ErrTooBusy) {
				s.t.Unknown("the machine is too busy to wait for this: " + what)
			}
			s.t.Fail(check.Failure{ID: id, Sentence: "it never happened that " + what, Expected: what, Seen: seen, Why: why})
		}
	}
}

// effects returns how often the money of a command was deducted.
func (s *service) effects(c command) int {
	return s.count("read the ledger", `SELECT count(*) FROM ledger_entries WHERE user_id = $1 AND kind = 2`, c.user)
}

// done waits until all commands have had their effect.
func (s *service) done(id, what, why string, commands ...command) {
	var users []string
	for _, c := range commands {
		users = append(users, c.user)
	}
	s.await(id, s.name+" has done "+what, why, func() (string, bool) {
		n := s.count("read the ledger", `SELECT count(*) FROM ledger_entries WHERE user_id = ANY($1) AND kind = 2`, users)
		return fmt.Sprintf("%d of %d are done", n, len(commands)), n == len(commands)
	})
}

// acked waits until the broker has been told that the commands are done.
func (s *service) acked(id, what, why string, commands ...command) {
	s.await(id, s.name+" acknowledges "+what, why, func() (string, bool) {
		n := 0
		for _, c := range commands {
			for _, p := range s.passages(fault.Ack, c.ID) {
				if !p.Negative {
					n++
					break
				}
			}
		}
		return fmt.Sprintf("%d of %d are acknowledged", n, len(commands)), n == len(commands)
	})
}

func (s *service) passages(point fault.Point, id string) []fault.Passage {
	return s.link().Passages(point, fault.Match{ID: id})
}

// deliveries returns how often the service was given a message.
func (s *service) deliveries(id string) int { return len(s.passages(fault.Delivery, id)) }

// once fails when a message was delivered again although nothing went wrong with it.
func (s *service) once(id, why string, commands ...command) {
	for _, c := range commands {
		n := s.deliveries(c.ID)
		s.t.True(n == 1, check.Failure{
			ID: id, Sentence: "a message that succeeded was delivered again", Expected: "1 delivery", Seen: fmt.Sprintf("%d deliveries", n), Why: why,
		})
	}
}

// noDeadLetters fails when there are dead letters.
func (s *service) noDeadLetters(id, why string) {
	letters, err := s.t.Broker().DeadLetters(s.queue)
	s.t.Ours("look at the dead letters", err)
	if len(letters) > 0 {
		s.t.Fail(check.Failure{
			ID: id, Sentence: "a message that can succeed is among the dead letters", Expected: "no dead letters of " + s.queue,
			Seen: fmt.Sprintf("%d, the first is %s", len(letters), letters[0].Name()), Why: why,
		})
	}
}

// gate is shut while the check holds a lock that the commits of slow commands wait for.
type gate struct {
	s    *service
	open func()
}

func (s *service) shut() *gate {
	return &gate{s, s.t.LockRows(s.name+"_db", `SELECT pg_advisory_xact_lock($1)`, gateLock)}
}

// waiting returns how many transactions wait at the gate.
func (g *gate) waiting() int {
	return g.s.count("look at the gate", `SELECT count(*) FROM pg_locks
		WHERE locktype = 'advisory' AND objid = $1 AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, gateLock)
}

// crowd waits until n transactions wait at the gate.
func (g *gate) crowd(id string, n int, why string) {
	g.s.await(id, fmt.Sprintf("%d messages are being handled at the same time", n), why, func() (string, bool) {
		now := g.waiting()
		return fmt.Sprintf("%d are", now), now >= n
	})
}

// crash ends the transactions that wait at the gate as the death of their client does in the end, and opens it.
func (g *gate) crash() {
	g.s.exec("end the transactions of the dead process", `SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'
		AND objid = $1 AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, gateLock)
	g.open()
}

// restart starts the service after it has ended, with its link to the broker in order.
func (s *service) restart(env map[string]string) {
	s.t.Step("start %s again", s.name)
	s.t.NoError("start "+s.name+" again", s.Service(s.name).Restart(s.t.Context(), env))
}

func (s *service) kill() {
	s.t.Step("kill %s", s.name)
	s.t.Ours("kill "+s.name, s.Service(s.name).Kill())
}
