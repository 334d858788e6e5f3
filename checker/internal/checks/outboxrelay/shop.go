package outboxrelay

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

const (
	wallet = "wallet"
	// patience is how long something may take that takes milliseconds on an idle machine.
	patience = 15 * time.Second

	bound   = "relay.bound"   // the type of events that the consumer's queue takes
	unbound = "relay.unbound" // the type of events that no queue takes
)

// calm is an environment in which nothing expires that the check does not let expire, and no pause is longer than it must be.
var calm = map[string]string{
	"OUTBOX_LEASE": "60s", "OUTBOX_HEARTBEAT": "100ms", "OUTBOX_CONFIRM_TIMEOUT": "30s", "OUTBOX_BROKER_PAUSE": "20ms",
	"OUTBOX_POLL_BUSY": "10ms", "OUTBOX_POLL_IDLE": "20ms", "OUTBOX_POLL_QUIET": "50ms", "OUTBOX_RETRY_PAUSE": "20ms",
	"RABBITMQ_RECONNECT_MIN": "50ms",
}

// shortLease is calm for relays that are to lose their lease.
var shortLease = map[string]string{"OUTBOX_LEASE": "1500ms", "OUTBOX_CONFIRM_TIMEOUT": "1300ms"}

// shop is a wallet with its relay, and a consumer.
type shop struct {
	*stack.Stack
	t     *check.T
	db    *pgxpool.Pool // wallet_db
	queue string

	mu  sync.Mutex
	got []string // the ids of what arrived, in order
}

// event is a row of outbox_events.
type event struct {
	aggregate string
	n         int
	kind      string
}

func (e event) id() string { return fmt.Sprintf("%s-%d", e.aggregate, e.n) }

// events are the bound events from to to of an aggregate.
func events(aggregate string, from, to int) (all []event) {
	for n := from; n <= to; n++ {
		all = append(all, event{aggregate, n, bound})
	}
	return all
}

func ids(all []event) (names []string) {
	for _, e := range all {
		names = append(names, e.id())
	}
	return names
}

// open starts the wallet and shows that the ordinary case works: events arrive in order and are marked.
func open(t *check.T, env ...map[string]string) *shop {
	t.Step("start the wallet with its relay, and a consumer")
	s := &shop{t: t}
	var err error
	s.queue, err = t.Broker().Tap(bound)
	t.Ours("bind a queue", err)
	all := maps.Clone(calm)
	for _, e := range env {
		maps.Copy(all, e)
	}
	s.Stack = t.Stack(stack.Options{Env: all})
	s.db, err = pgxpool.New(t.Context(), t.Lease().Databases["wallet_db"])
	t.Ours("connect to wallet_db", err)
	t.Cleanup(func(context.Context) { s.db.Close() })
	t.Baseline(func() {
		s.connected()
		first := events("ordinary", 1, 2)
		s.insert(first...)
		s.sent(first...)
		t.Eventually("ordinary-1 and ordinary-2 arrive", patience, func(context.Context) (string, bool) {
			got := s.of("ordinary")
			return fmt.Sprint(got), len(got) >= 2
		})
		s.arrived("ordinary", 2)
	})
	return s
}

// connected waits until the relay can publish: what happens without a broker is for relay-away.
func (s *shop) connected() {
	s.t.Eventually("the relay is connected to the broker", patience, func(context.Context) (string, bool) {
		for _, line := range s.Service(wallet).Logs().Events("platform.broker.connected") {
			if strings.HasPrefix(line.Field("connection"), "publisher") {
				return "connected", true
			}
		}
		return "not connected", false
	})
}

const insert = `INSERT INTO outbox_events (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, correlation_id,
	traceparent, tracestate, payload) VALUES ($1, 'check', $2, $3, 1, $4, now(), '', '', '', '{}')`

func add(ctx context.Context, tx pgx.Tx, all ...event) error {
	b := &pgx.Batch{}
	for _, e := range all {
		b.Queue(insert, e.id(), e.aggregate, e.kind, e.n)
	}
	b.Queue(`SELECT pg_notify('outbox_events', '')`)
	return tx.SendBatch(ctx, b).Close()
}

// insert commits events in one transaction, as a use case does.
func (s *shop) insert(all ...event) {
	err := pgx.BeginFunc(s.t.Context(), s.db, func(tx pgx.Tx) error { return add(s.t.Context(), tx, all...) })
	s.t.Ours("insert events", err)
}

func (s *shop) exec(doing, statement string, args ...any) {
	_, err := s.db.Exec(s.t.Context(), statement, args...)
	s.t.Ours(doing, err)
}

// row is what the lesson's columns say of an event.
type row struct {
	sent, failed bool
	retries      int
	reason       string
}

func (r row) String() string {
	what := "not sent"
	if r.sent {
		what = "sent"
	}
	if r.failed {
		what += ", failed"
	}
	return fmt.Sprintf("%s, retry_count %d, last_error %q", what, r.retries, r.reason)
}

func (s *shop) now(id string) (r row) {
	err := s.db.QueryRow(s.t.Context(), `SELECT sent_at IS NOT NULL, failed_at IS NOT NULL, retry_count, last_error FROM outbox_events WHERE id = $1`, id).
		Scan(&r.sent, &r.failed, &r.retries, &r.reason)
	s.t.Ours("read "+id, err)
	return r
}

// sent waits until events are marked as sent.
func (s *shop) sent(all ...event) {
	s.t.Eventually("sent_at is set: "+brief(ids(all)), patience, func(ctx context.Context) (string, bool) {
		var open []string
		rows, err := s.db.Query(ctx, `SELECT id FROM outbox_events WHERE id = ANY ($1) AND sent_at IS NULL ORDER BY seq`, ids(all))
		if err == nil {
			open, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		if err != nil {
			return err.Error(), false
		}
		return "not sent: " + brief(open), len(open) == 0
	})
}

func brief(names []string) string {
	if len(names) > 6 {
		return fmt.Sprintf("%s … %s (%d events)", strings.Join(names[:3], " "), names[len(names)-1], len(names))
	}
	return strings.Join(names, " ")
}

// consume takes what has arrived, and returns all ids so far.
func (s *shop) consume() []string {
	messages, err := s.t.Broker().Take(s.queue)
	s.t.Ours("consume", err)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range messages {
		s.got = append(s.got, m.ID)
	}
	return slices.Clone(s.got)
}

// of returns the numbers of what arrived of an aggregate, in order of arrival.
func (s *shop) of(aggregate string) (numbers []int) {
	for _, id := range s.consume() {
		if cut := strings.LastIndexByte(id, '-'); id[:cut] == aggregate {
			n := 0
			_, _ = fmt.Sscan(id[cut+1:], &n)
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// arrived fails unless the events 1…last of an aggregate, which are marked as sent, are at the consumer, the first copy of each in order.
func (s *shop) arrived(aggregate string, last int) {
	s.inOrder(aggregate, s.of(aggregate), last)
}

func (s *shop) inOrder(aggregate string, got []int, last int) {
	highest := 0
	for _, n := range got {
		s.t.True(n <= highest+1, check.Failure{
			ID: "order", Sentence: "the consumer got events of one aggregate in the wrong order",
			Expected: fmt.Sprintf("%s-%d before %s-%d", aggregate, highest+1, aggregate, n), Seen: fmt.Sprintf("%s: %v", aggregate, got),
			Why: "an order that is paid before it was created: the consumer must drop the event or wait for one that may never come",
		})
		highest = max(highest, n)
	}
	s.t.True(highest == last, check.Failure{
		ID: "lost", Sentence: "an event is marked as sent and the consumer never gets it",
		Expected: fmt.Sprintf("events 1 to %d of %s", last, aggregate), Seen: fmt.Sprintf("%s: %v", aggregate, got),
		Why: "what is marked is never published again: the change is stored, and no other service hears of it",
	})
}

// published are the passages of an event from one relay to the broker.
func (s *shop) published(relay, id string) []fault.Passage {
	return s.Broker(relay).Passages(fault.Publish, fault.ID(id))
}

// await waits until a message stands at a hold.
func (s *shop) await(what string, hold *fault.MessageHold) {
	s.t.Eventually(what, patience, func(context.Context) (string, bool) {
		select {
		case <-hold.Arrived():
			return "it did", true
		default:
			return "it did not", false
		}
	})
}

// publishes waits until a relay has handed an event to the broker n times.
func (s *shop) publishes(relay, id string, n int) {
	s.t.Eventually(fmt.Sprintf("%s is published %d times by %s", id, n, relay), patience, func(context.Context) (string, bool) {
		seen := len(s.published(relay, id))
		return fmt.Sprintf("%d times", seen), seen >= n
	})
}

// stays fails if an event was published by any relay.
func (s *shop) stays(id, because, why string) {
	n := len(s.Brokers().Passages(fault.Publish, fault.ID(id)))
	s.t.True(n == 0, check.Failure{
		ID: "overtaken", Sentence: "an event was published although the one before it of its aggregate is not sent",
		Expected: id + " waits: " + because, Seen: fmt.Sprintf("%s was published %d times", id, n), Why: why,
	})
}

func (s *shop) unsent(id, moment, why string) {
	r := s.now(id)
	s.t.True(!r.sent, check.Failure{
		ID: "early", Sentence: "an event was marked as sent " + moment, Expected: "sent_at is empty", Seen: id + ": " + r.String(), Why: why,
	})
}
