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

// refusedEvent lets the broker return the command of one order, always, as it does when no queue is bound for it.
func refusedEvent(t *check.T) {
	s := openShop(t, map[string]string{
		"OUTBOX_MAX_RETRIES": fmt.Sprint(retries), "OUTBOX_RETRY_PAUSE": "100ms", "OUTBOX_RETRY_PAUSE_MAX": "200ms",
	}, "lamp")
	s.pauseLong()
	t.Step("the broker returns the command of one order, as if no queue were bound for it")
	var mu sync.Mutex
	var chosen string
	rule := s.Broker("order").ReturnPublish(fault.Match{RoutingKey: reserve, Where: func(m fault.Message) bool {
		mu.Lock()
		defer mu.Unlock()
		aggregate := fmt.Sprint(m.Headers["aggregate_id"])
		if chosen == "" {
			chosen = aggregate
		}
		return chosen == aggregate
	}}, 0)
	stopped := s.order("lamp")
	t.Eventually("the broker has returned the command", incident.Patience, func(context.Context) (string, bool) {
		mu.Lock()
		defer mu.Unlock()
		return "not yet", chosen != ""
	})
	t.Step("other customers buy")
	const why = "A broker that refuses one event is there and takes the others. Whoever pauses the relay for it lets every order of the shop wait."
	for range 5 {
		s.ends(s.order("lamp"), "all-wait", "a purchase beside an order whose event is refused", "PAID", why, incident.Patience)
	}
	s.fails(stopped)
	t.Step("the queue is bound; an operator sets the event free")
	rule.Remove()
	s.free(stopped)
	s.ends(stopped, "lost", "the order whose event was refused", "PAID", "An event that has failed stays in the outbox, and everything after it waits: nothing may be lost.",
		2*incident.Patience)
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

// fails fails unless the refused event is given up after its tries, and stays.
func (s *shop) fails(p purchase) {
	conn := s.Connect("order_db")
	var seen string
	failed := s.T.Within(incident.Patience, func() bool {
		var tries int
		var given, sent bool
		err := conn.QueryRow(s.T.Context(), `SELECT retry_count, failed_at IS NOT NULL, sent_at IS NOT NULL FROM outbox_events
			WHERE aggregate_id = $1 AND event_type = $2`, p.id, reserve).Scan(&tries, &given, &sent)
		s.T.Ours("read the outbox", err)
		seen = fmt.Sprintf("retry_count %d, failed: %v, sent: %v", tries, given, sent)
		return given && !sent && tries == retries
	})
	s.T.True(failed, check.Failure{
		ID: "not-counted", Sentence: "an event that the broker refuses again and again is not given up", Expected: fmt.Sprintf("retry_count %d, failed: true, sent: false", retries),
		Seen: seen, Why: "Each refusal costs one try. After OUTBOX_MAX_RETRIES the event has failed, an alert is raised, and a person decides.",
	})
}

// free lets the relay try a failed event again, as `outbox retry` does.
func (s *shop) free(p purchase) {
	_, err := s.Connect("order_db").Exec(s.T.Context(), `UPDATE outbox_events SET failed_at = NULL, retry_at = clock_timestamp(), retry_count = 0
		WHERE aggregate_id = $1 AND failed_at IS NOT NULL`, p.id)
	s.T.Ours("set the failed event free", err)
}
