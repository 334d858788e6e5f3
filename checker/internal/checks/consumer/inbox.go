package consumer

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const (
	reply        = "order.saga.reply"
	repliesQueue = "order.replies"
)

// inboxTriggers let the effect of a reply fail once for a saga in checker_failing, and hold the commit of a message in checker_held.
const inboxTriggers = `
	CREATE SEQUENCE checker_failures;
	CREATE TABLE checker_failing (aggregate_id text);
	CREATE TABLE checker_held (key text);
	CREATE FUNCTION checker_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF EXISTS (SELECT FROM checker_failing f WHERE f.aggregate_id = NEW.aggregate_id) AND nextval('checker_failures') <= 1
		THEN RAISE EXCEPTION 'the checker lets this statement fail'; END IF;
		RETURN NEW; END $$;
	CREATE TRIGGER checker_fail BEFORE INSERT ON outbox_events FOR EACH ROW EXECUTE FUNCTION checker_fail();
	CREATE FUNCTION checker_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF EXISTS (SELECT FROM checker_held h WHERE h.key = NEW.key) THEN PERFORM pg_advisory_xact_lock_shared(242424); END IF;
		RETURN NULL; END $$;
	CREATE CONSTRAINT TRIGGER checker_wait AFTER INSERT ON processed_events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
		EXECUTE FUNCTION checker_wait()`

// inbox repeats replies to sagas, lets their effect fail, and kills order at the commit.
func inbox(t *check.T) {
	s := start(t, "order", repliesQueue, map[string]string{
		"INVENTORY_TARGET": "127.0.0.1:1", "WALLET_TARGET": "127.0.0.1:1", "SAGA_STALE_AFTER": "10m",
	})
	_, err := t.Broker().Tap(deduct, "order.order.confirmed")
	t.Ours("take order's messages", err)
	s.exec("set up the database", inboxTriggers)
	var first saga
	t.Baseline(func() {
		t.Step("before anything goes wrong: a reply moves its saga, and the next command is stored")
		first = s.saga()
		s.routable(first.reply)
		s.moved("ordinary", first, 1, "")
		s.answered("ordinary", first.reply.ID, 1)
	})

	t.Step("deliver the reply again, when its saga waits for such a reply once more")
	s.rewind(first)
	s.publish(first.reply, first.reply)
	s.answered("repeated", first.reply.ID, 3)
	s.commands("repeated", first, 1, "a message whose id is recorded has had its effect: the handler must not be called again")
	other := first.reply
	other.ID = uuid.NewString()
	t.Step("a reply with another id is another message")
	s.publish(other)
	s.moved("other", first, 2, "the id tells messages apart, and nothing else")

	t.Step("the effect of a reply fails once")
	failing := s.saga()
	s.exec("let the effect fail", `INSERT INTO checker_failing VALUES ($1)`, failing.order)
	s.publish(failing.reply)
	s.moved("lost", failing, 1, "the row of a message whose effect failed must be gone with it; a row that stays says that the message is done, and it is lost")

	t.Step("hold the commit of a reply, and kill order there")
	g := s.shut()
	held := s.saga()
	s.exec("hold the commit", `INSERT INTO checker_held VALUES ($1)`, held.reply.ID)
	s.publish(held.reply)
	g.crowd("no-row", 1, "the row in processed_events has the message's id as its key, and the scope message/order.replies")
	s.commands("two-transactions", held, 0, "the effect was committed before the row of its message: a crash in between repeats it")
	s.kill()
	g.crash()
	s.commands("two-transactions", held, 0, "neither the effect nor the row may be left after a crash at the commit")
	s.restart(nil)
	s.moved("lost", held, 1, "the broker delivers it again; nothing that outlived the crash may say that it is done")
	n := s.count("read processed_events", `SELECT count(*) FROM processed_events WHERE scope = 'message/order.replies' AND key = $1`, held.reply.ID)
	t.Equal("the number of rows of the message", 1, n)
	s.noDeadLetters("lost", "a duplicate is no failure, and a failure of the moment is repeated")
}

// saga is a purchase whose stock is being reserved, and inventory's reply.
type saga struct {
	order string
	reply fault.Message
}

func (s *service) saga() saga {
	order := uuid.NewString()
	s.exec("begin a purchase", `
		WITH o AS (INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at)
			VALUES ($1, $2, 1, 'EUR', 500, 1, now(), now())),
		i AS (INSERT INTO order_items VALUES ($1, 0, 'LAMP', 1, 500))
		INSERT INTO saga_executions (id, saga_type, aggregate_id, status, current_step, steps, version) VALUES ($3, 'CREATE_ORDER', $1, 'RUNNING',
			'RESERVE_INVENTORY', '[{"name":"RESERVE_INVENTORY","status":"STARTED","attempts":1,"error":""}]', 1)`, order, uuid.NewString(), uuid.NewString())
	return saga{order, fault.Message{
		RoutingKey: reply, Type: reply, ID: uuid.NewString(), CorrelationID: order, Timestamp: time.Now(),
		Headers: map[string]any{"event_type": reply, "event_version": 1, "aggregate_type": "saga", "aggregate_id": order, "sequence": 0},
		Body:    fmt.Appendf(nil, `{"sagaId":%q,"stepName":"RESERVE_INVENTORY","action":"SAGA_ACTION_ACT","outcome":"SAGA_OUTCOME_DONE"}`, order),
	}}
}

// rewind lets the saga wait for the same reply again, so that a second application of it shows.
func (s *service) rewind(g saga) {
	s.exec("rewind the saga", `WITH o AS (UPDATE orders SET status = 1, version = version + 1 WHERE id = $1)
		UPDATE saga_executions SET current_step = 'RESERVE_INVENTORY', version = version + 1,
			steps = '[{"name":"RESERVE_INVENTORY","status":"STARTED","attempts":1,"error":""}]' WHERE aggregate_id = $1`, g.order)
}

func (s *service) sent(g saga) int {
	return s.count("read the outbox", `SELECT count(*) FROM outbox_events WHERE event_type = $1 AND payload::text LIKE '%' || $2 || '%'`, deduct, g.order)
}

func (s *service) moved(id string, g saga, n int, why string) {
	s.await(id, "the reply moves its saga: "+deduct+" is stored", why, func() (string, bool) {
		now := s.sent(g)
		return fmt.Sprintf("%d commands of %d", now, n), now >= n
	})
	s.commands(id, g, n, why)
}

func (s *service) commands(id string, g saga, n int, why string) {
	now := s.sent(g)
	s.t.True(now == n, check.Failure{
		ID: id, Sentence: "the reply has not had the effect that it should have", Expected: fmt.Sprintf("%d times %s in the outbox", n, deduct),
		Seen: fmt.Sprintf("%d times", now), Why: why,
	})
}

// answered waits until order has acknowledged a message n times.
func (s *service) answered(id, message string, n int) {
	s.await(id, fmt.Sprintf("order acknowledges %d deliveries of the message", n), "a duplicate is acknowledged: it is done", func() (string, bool) {
		acks := 0
		for _, p := range s.passages(fault.Ack, message) {
			if !p.Negative {
				acks++
			}
		}
		return fmt.Sprintf("%d acks", acks), acks >= n
	})
}
