package eventversions

import (
	"context"
	"fmt"
	"slices"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// rollout lets order publish version 1, both, version 2, and version 1 again, and replays everything.
func rollout(t *check.T) {
	s := sells(t, "1")
	t.Step("order publishes version 1: an order is cancelled")
	orders := []string{s.buy()}
	s.cancel(orders[0])
	s.has(orders[0], 1)

	t.Step("a second replica is started that publishes version 2: orders are paid and cancelled")
	_, err := s.StartSecond(t.Context(), "order", version("2"))
	t.NoError("start a second order service", err)
	for range 3 {
		id := s.buy()
		s.cancel(id)
		orders = append(orders, id)
	}
	for _, id := range orders {
		s.becomes(id, "CANCELLED")
	}
	t.Step("the first replica is restarted and publishes version 2, too; the second one is stopped")
	s.restart("2")
	_, err = s.Service("order-2").Stop(t.Context())
	t.Ours("stop the second replica", err)
	orders = append(orders, s.buy(), s.buy())
	s.cancel(orders[4])
	s.has(orders[4], 2)

	t.Step("order is rolled back while an event of version 2 waits in the queue")
	waiting := s.Broker("order").HoldDelivery(fault.Match{Queue: projector, Type: cancelled}, 1)
	s.cancel(orders[5])
	t.Eventually("order publishes "+cancelled, patience, func(context.Context) (string, bool) {
		select {
		case <-waiting.Arrived():
			return "", true
		default:
			return "it was not delivered", false
		}
	})
	s.becomes(orders[5], "CANCELLED")
	s.restart("1")
	s.has(orders[5], 2)
	orders = append(orders, s.buy())
	s.cancel(orders[6])
	s.has(orders[6], 1)
	rows := make([]row, len(orders))
	for i, id := range orders {
		s.settles(id)
		rows[i] = s.row(id)
	}

	t.Step("all events of orders are published once more, the newest first")
	replay := slices.Clone(s.events)
	slices.Reverse(replay)
	s.sends(replay...)
	for i, id := range orders {
		s.is("replay", id, "a replay of old messages has changed the list", "an event that is older than what is known changes nothing", rows[i])
	}
}

// has waits until the order is cancelled, and fails unless its event has this version.
func (s *shop) has(id string, v int) {
	s.becomes(id, "CANCELLED")
	got := fmt.Sprint(s.event(id, cancelled).Headers["event_version"])
	s.t.True(got == fmt.Sprint(v), check.Failure{
		ID: "version", Sentence: "an order that was cancelled is published in version " + got, Expected: fmt.Sprintf("version %d", v), Seen: "version " + got,
		Why: "ORDER_EVENT_VERSION is the version that every reader can read by now",
	})
}

// settles waits until the list shows the order as it is, with the code if the event has one.
func (s *shop) settles(id string) {
	m := s.event(id, cancelled)
	want := row{Status: "CANCELLED", Version: 4, Total: price}
	var code string
	code, want.Reason = s.cancellation(id)
	if fmt.Sprint(m.Headers["event_version"]) == "2" {
		want.Code = code
	}
	var got row
	s.t.True(s.t.Within(patience, func() bool {
		got = s.row(id)
		want.Payment = got.Payment // wallet's events say it, at any time
		return got == want && got.Payment == 2
	}), check.Failure{
		ID: "list", Sentence: "the list is wrong about an order whose cancellation is " + describe(m), Expected: want.String() + " after the refund", Seen: got.String(),
		Why: "the version of a message says how to read it, not that of the service that reads it: both are at work at the same time, and messages wait",
	})
}
