package incidentasync

import (
	"context"
	"fmt"
	"sync"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/fault"
)

// retries is OUTBOX_MAX_RETRIES of the check.
const retries = 2

// refusedEvent lets the broker return the command of one order, as it does when no queue is bound for it, and nack the first event of
// another, as a full queue does.
func refusedEvent(t *check.T) {
	s := openShop(t, map[string]string{
		"OUTBOX_MAX_RETRIES": fmt.Sprint(retries), "OUTBOX_RETRY_PAUSE": "5m", "OUTBOX_RETRY_PAUSE_MAX": "5m", "OUTBOX_POLL_QUIET": "1s",
	}, "lamp")
	s.pauseLong()
	t.Step("the broker returns the command of one order, as if no queue were bound for it, and nacks the first event of another")
	const why = "A broker that refuses one event is there and takes the others. A relay that pauses for one event lets every order of the shop wait."
	link := s.Broker("order")
	command, event := &chosen{key: reserve}, &chosen{key: created}
	returns := link.ReturnPublish(command.match(), 0)
	stopped := s.order("lamp")
	command.awaited(t)
	s.ends(s.order("lamp"), "all-wait", "a purchase beside an order whose command is refused", "PAID", why, incident.Patience)
	nacks := link.NackPublish(event.match(), 0)
	silent := s.order("lamp")
	event.awaited(t)
	t.Step("other customers buy")
	for range 2 {
		s.ends(s.order("lamp"), "all-wait", "a purchase beside orders whose events are refused", "PAID", why, incident.Patience)
	}
	s.ends(silent, "all-wait", "the purchase whose first event is refused, but none of its commands", "PAID", why, incident.Patience)
	for try := range retries {
		t.Step("the pause of both events ends, and they are refused once more")
		s.counts(stopped, reserve, try+1, false)
		s.counts(silent, created, try+1, false)
		s.due()
		s.ends(s.order("lamp"), "all-wait", "a purchase beside orders whose events are refused again", "PAID", why, incident.Patience)
	}
	s.counts(stopped, reserve, retries, true)
	s.counts(silent, created, retries, true)
	s.notOvertaken(silent)
	t.Step("the queues take the events; an operator sets them free")
	returns.Remove()
	nacks.Remove()
	s.free(stopped)
	s.free(silent)
	const lost = "An event that has failed stays in the outbox, and everything after it waits: nothing may be lost."
	s.ends(stopped, "lost", "the order whose command was refused", "PAID", lost, 2*incident.Patience)
	var left int
	sent := t.Within(2*incident.Patience, func() bool {
		left = s.unsent(silent)
		return left == 0
	})
	t.True(sent, check.Failure{
		ID: "lost", Sentence: "events of an order are not sent after the first of them was set free", Expected: "0 unsent events", Seen: fmt.Sprint(left, " unsent events"), Why: lost,
	})
}

// chosen is the aggregate of the first message with a routing key.
type chosen struct {
	key string
	mu  sync.Mutex
	id  string
}

func (c *chosen) match() fault.Match {
	return fault.Match{RoutingKey: c.key, Where: func(m fault.Message) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.id == "" {
			c.id = fmt.Sprint(m.Headers["aggregate_id"])
		}
		return c.id == fmt.Sprint(m.Headers["aggregate_id"])
	}}
}

func (c *chosen) awaited(t *check.T) {
	t.Eventually("the broker has refused "+c.key, incident.Patience, func(context.Context) (string, bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return "not yet", c.id != ""
	})
}

// due ends the pause of all refused events. It stands for the minutes that a check cannot wait.
func (s *shop) due() {
	_, err := s.Connect("order_db").Exec(s.T.Context(), `UPDATE outbox_events SET retry_at = clock_timestamp() WHERE sent_at IS NULL AND retry_at < 'infinity'`)
	s.T.Ours("end the pause of refused events", err)
}

// notOvertaken fails if an event was published whose aggregate is stopped by an earlier one.
func (s *shop) notOvertaken(p purchase) {
	later := s.Broker("order").Passages(fault.Publish, fault.Match{Where: func(m fault.Message) bool {
		return m.RoutingKey != created && m.Headers["aggregate_type"] == "order" && m.Headers["aggregate_id"] == p.id
	}})
	if len(later) == 0 {
		return
	}
	s.T.Fail(check.Failure{
		ID: "overtaken", Sentence: "an event was published although the broker refuses an earlier one of its aggregate",
		Expected: "nothing of the order after " + created, Seen: later[0].Message.Name(),
		Why: "Consumers rely on the order of the events of one aggregate. What the broker refuses stops those behind it.",
	})
}

// unsent counts the events of an order that are not sent, commands aside.
func (s *shop) unsent(p purchase) (n int) {
	err := s.Connect("order_db").QueryRow(s.T.Context(), `SELECT count(*) FROM outbox_events
		WHERE aggregate_type = 'order' AND aggregate_id = $1 AND sent_at IS NULL`, p.id).Scan(&n)
	s.T.Ours("read the outbox", err)
	return n
}

// pauseLong starts order again with a long pause after the broker was away, and waits until it has sent something: its first event may
// come before its connection.
func (s *shop) pauseLong() {
	t := s.T
	t.Baseline(func() {
		t.Step("start order again, with a pause of half a minute when the broker is away")
		t.NoError("the start of order", s.Service("order").Restart(t.Context(), map[string]string{"OUTBOX_BROKER_PAUSE": "30s"}))
		t.Ours("reconnect to order", s.Call("gateway", "order").AwaitCallee(t.Context()))
		s.ends(s.order("lamp"), "all-wait", "a purchase after the start", "PAID", "No event is refused yet.", time.Minute)
	})
}

// counts fails unless so many tries of the refused event are counted, and it is given up or not, and stays.
func (s *shop) counts(p purchase, event string, want int, failed bool) {
	conn := s.Connect("order_db")
	var seen string
	counted := s.T.Within(incident.Patience, func() bool {
		var tries int
		var given, sent bool
		err := conn.QueryRow(s.T.Context(), `SELECT retry_count, failed_at IS NOT NULL, sent_at IS NOT NULL FROM outbox_events
			WHERE aggregate_id = $1 AND event_type = $2`, p.id, event).Scan(&tries, &given, &sent)
		s.T.Ours("read the outbox", err)
		seen = fmt.Sprintf("retry_count %d, failed: %v, sent: %v", tries, given, sent)
		return given == failed && !sent && tries == want
	})
	s.T.True(counted, check.Failure{
		ID: "not-counted", Sentence: "a refusal does not cost the event a try", Expected: fmt.Sprintf("retry_count %d, failed: %v, sent: false", want, failed),
		Seen: seen, Why: "Each refusal costs one try. After OUTBOX_MAX_RETRIES the event has failed, an alert is raised, and a person decides.",
	})
}

// free lets the relay try a failed event again, as `outbox retry` does.
func (s *shop) free(p purchase) {
	_, err := s.Connect("order_db").Exec(s.T.Context(), `UPDATE outbox_events SET failed_at = NULL, retry_at = clock_timestamp(), retry_count = 0
		WHERE aggregate_id = $1 AND failed_at IS NOT NULL`, p.id)
	s.T.Ours("set the failed event free", err)
}
