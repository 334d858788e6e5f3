package eventversions

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// What the events of stories say.
const (
	total  = `{"minorUnits":"500","currency":"EUR"}`
	paidAt = "2026-06-03T12:00:03Z"
	reason = "changed my mind"
)

// story is the events of an order that only the broker knows.
type story struct {
	id, buyer string
	code      string // of the cancellation
	at        time.Time
}

func newStory() story {
	return story{id: uuid.NewString(), buyer: uuid.NewString(), code: "BUYER_REQUEST", at: time.Now().UTC().Truncate(time.Second)}
}

// event is a message of its own, whatever was sent before.
func (o story) event(eventType string, version, sequence int, payload string) fault.Message {
	return fault.Message{
		RoutingKey: eventType, Type: eventType, ID: uuid.NewString(), CorrelationID: o.id, Body: []byte(payload),
		Timestamp: o.at.Add(time.Duration(sequence) * time.Second),
		Headers: map[string]any{
			"event_type": eventType, "event_version": version, "aggregate_type": "order", "aggregate_id": o.id, "sequence": sequence,
		},
	}
}

func (o story) created(version int) fault.Message {
	return o.event(created, version, 1, fmt.Sprintf(`{"orderId":%q,"buyerId":%q,"items":[{"sku":"tea","quantity":1,"unitPrice":"500"}],`+
		`"total":%s,"createdAt":"2026-06-03T12:00:01Z","channel":"web"}`, o.id, o.buyer, total))
}

func (o story) confirmed(version int) fault.Message {
	return o.event(confirmed, version, 2, fmt.Sprintf(`{"orderId":%q}`, o.id))
}

// paid is the event as version 1 has it, or as all later ones have it.
func (o story) paid(version int) fault.Message {
	if version == 1 {
		return o.event(paid, 1, 3, fmt.Sprintf(`{"orderId":%q,"totalMinor":"500","currency":"EUR"}`, o.id))
	}
	return o.event(paid, version, 3, fmt.Sprintf(`{"orderId":%q,"total":%s,"paidAt":%q,"method":"card"}`, o.id, total, paidAt))
}

func (o story) cancelled(version int) fault.Message {
	if version == 1 {
		return o.event(cancelled, 1, 4, fmt.Sprintf(`{"orderId":%q,"reason":%q}`, o.id, reason))
	}
	return o.event(cancelled, version, 4, fmt.Sprintf(`{"orderId":%q,"code":%q,"reason":%q,"refundDays":14}`, o.id, o.code, reason))
}

func (o story) shipped(version int) fault.Message {
	return o.event(shipped, version, 4, fmt.Sprintf(`{"orderId":%q,"carrier":"bicycle"}`, o.id))
}

// money is an event of wallet about the order's saga.
func (o story) money(eventType string, version int) fault.Message {
	return o.event(eventType, version, 900, fmt.Sprintf(`{"sagaId":%q,"stepName":"DEDUCT_BALANCE","card":"none"}`, o.id))
}

// named is an event of inventory: the product has this name.
func (o story) named(sku, name string, version int) fault.Message {
	return o.event(productChanged, version, 900, fmt.Sprintf(`{"sku":%q,"name":%q,"weight":17}`, sku, name))
}

// describe is how a message is called in a report.
func describe(m fault.Message) string {
	return fmt.Sprintf("%s, version %v", m.Type, m.Headers["event_version"])
}

// answers returns what order has answered to the deliveries of a message to its projector.
func (s *shop) answers(id string) []fault.Passage {
	return s.Brokers().Passages(fault.Ack, fault.Match{ID: id, Queue: projector})
}

// sends publishes messages one after the other, and waits until the projector has taken each.
func (s *shop) sends(messages ...fault.Message) {
	for _, m := range messages {
		before := len(s.answers(m.ID))
		s.t.Ours("publish an event", s.t.Broker().Publish(m))
		s.handles(m, before)
	}
}

// handles waits until the projector has acknowledged a message; it had answered to it so many times before.
func (s *shop) handles(m fault.Message, before int) {
	s.t.Eventually("the projector handles "+describe(m), patience, func(context.Context) (string, bool) {
		answers := s.answers(m.ID)
		if len(answers) == before {
			return "not acknowledged yet", false
		}
		s.t.True(!answers[before].Negative, check.Failure{
			ID: "rejected", Sentence: "the projector rejects " + describe(m), Expected: "the message is acknowledged",
			Seen: fmt.Sprintf("it is rejected; requeue: %v; its payload: %s", answers[before].Requeue, m.Body),
			Why: "old and new versions are in the queues for as long as services of different ages are at work. What can be read at all " +
				"is read by the version of its message; fields that the reader does not know are ignored",
		})
		return "", true
	})
}

// buries publishes a message that cannot be read, and fails unless it is among the dead letters after one delivery.
func (s *shop) buries(m fault.Message) {
	s.t.Ours("publish an event", s.t.Broker().Publish(m))
	s.t.Eventually("the projector answers "+describe(m)+" that cannot be read", patience, func(context.Context) (string, bool) {
		answers := s.answers(m.ID)
		if len(answers) == 0 {
			return "not answered yet", false
		}
		s.t.True(answers[0].Negative, check.Failure{
			ID: "lost", Sentence: "an event that cannot be read is acknowledged: " + describe(m), Expected: "it is among the dead letters",
			Seen: "acknowledged, and so lost; its payload: " + string(m.Body),
			Why:  "a later deployment may read it. Nothing is dropped, and nothing is read as if its fields were empty",
		})
		s.t.True(!answers[0].Requeue, check.Failure{
			ID: "repeated", Sentence: "an event that cannot be read is delivered again: " + describe(m),
			Expected: "a permanent error: it goes to the dead letters at once", Seen: "rejected and put back; its payload: " + string(m.Body),
			Why: "no repetition makes it readable: it holds up the others until the limit of deliveries is reached",
		})
		return "", true
	})
	s.t.Eventually("the message is among the dead letters", patience, func(context.Context) (string, bool) {
		letters, err := s.t.Broker().DeadLetters(projector)
		if err != nil {
			return err.Error(), false
		}
		for _, letter := range letters {
			if letter.ID == m.ID && string(letter.Body) == string(m.Body) {
				return "", true
			}
		}
		return fmt.Sprintf("%d others", len(letters)), false
	})
}
