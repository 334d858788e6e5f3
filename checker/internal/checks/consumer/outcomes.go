package consumer

import (
	"fmt"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// outcomes sends messages that cannot succeed, that cannot yet, and that never will.
func outcomes(t *check.T) {
	s := openWallet(t, nil)
	s.permanent()
	s.transient()
	s.poison()
}

// permanent sends messages that no repetition helps.
func (s *service) permanent() {
	t := s.t
	t.Step("send messages that cannot be decoded, and a command that no saga could have sent; ordinary ones before and after each")
	without := func(header string) fault.Message {
		m := s.command(plain).Message
		delete(m.Headers, header)
		return m
	}
	body := func(text string) fault.Message {
		m := s.command(plain).Message
		m.Body = []byte(text)
		return m
	}
	noID := body("a message without an id " + uuid.NewString())
	noID.ID = ""
	bad := []struct {
		what string
		m    fault.Message
	}{
		{"a message that is not JSON", body("42 not JSON")},
		{"a message without the header event_type", without("event_type")},
		{"a message without the header event_version", without("event_version")},
		{"a message without an id", noID},
		{"a command that no saga could have sent", body("{}")},
	}
	var good []command
	for _, b := range bad {
		good = append(good, s.send(plain))
		s.publish(b.m)
	}
	good = append(good, s.send(plain))
	s.done("blocked", "the ordinary messages between those that cannot succeed", "a message that cannot succeed must not hold up the others", good...)
	s.acked("blocked", "the ordinary messages between those that cannot succeed", "without an answer they stay in the window and are delivered again", good...)
	for _, b := range bad {
		match := fault.Match{Where: func(m fault.Message) bool { return m.ID == b.m.ID && string(m.Body) == string(b.m.Body) }}
		s.await("permanent", b.what+" is rejected for good", "no repetition can succeed; acknowledged it is lost, unanswered it stays in the prefetch window",
			func() (string, bool) {
				answers := s.link().Passages(fault.Ack, match)
				switch {
				case len(answers) == 0:
					return "wallet has not answered the broker", false
				case !answers[0].Negative:
					s.t.Fail(check.Failure{
						ID: "acked", Sentence: b.what + " was acknowledged", Expected: "it is rejected, and goes to dlq." + queue,
						Seen: "an ack", Why: "the broker forgets what is acknowledged: the message is lost, and no record says why",
					})
				case answers[0].Requeue:
					s.t.Fail(check.Failure{
						ID: "repeated", Sentence: b.what + " was put back into the queue", Expected: "one delivery, then dlq." + queue, Seen: "a reject with requeue",
						Why: "every delivery of it fails in the same way; repeating it takes time from messages that can succeed",
					})
				}
				return "", true
			})
		n := len(s.link().Passages(fault.Delivery, match))
		t.True(n == 1, check.Failure{
			ID: "repeated", Sentence: b.what + " was delivered again", Expected: "1 delivery", Seen: fmt.Sprintf("%d deliveries", n),
			Why: "every delivery of it fails in the same way",
		})
	}
	s.deadLetters(len(bad), "dead letters are where a person looks for what went wrong")
	if _, err := t.Broker().Take("dlq." + queue); err != nil {
		t.Ours("empty the dead letters", err)
	}
}

func (s *service) deadLetters(n int, why string) {
	s.await("dead-letters", fmt.Sprintf("%d messages are in dlq.%s", n, s.queue), why, func() (string, bool) {
		depth, err := s.t.Broker().Depth("dlq." + s.queue)
		return fmt.Sprintf("%d (%v)", depth, err), err == nil && depth == n
	})
}

// transient sends a message that fails twice.
func (s *service) transient() {
	s.t.Step("send a message whose first two tries fail")
	c := s.send(shaky)
	const why = "the reason is gone a moment later; only a message that is put back is tried again"
	s.done("transient", "a message that failed twice", why, c)
	s.acked("transient", "a message that failed twice", why, c)
	n := s.deliveries(c.ID)
	s.t.True(n == 3, check.Failure{
		ID: "transient", Sentence: "a message that failed twice was not delivered three times", Expected: "3 deliveries", Seen: fmt.Sprintf("%d deliveries", n),
		Why: why,
	})
	s.noDeadLetters("transient", why)
}

// poison sends a message that always fails, with ordinary ones behind it.
func (s *service) poison() {
	s.t.Step("send a message that always fails, and ordinary ones behind it")
	c := s.send(poison)
	good := s.sendMany(10, plain)
	s.done("blocked", "the messages behind one that always fails", "each try of it may take a moment, not the queue", good...)
	s.deadLetters(1, "after five repetitions the broker gives a message up: it must count them, so it needs a reject")
	n := s.deliveries(c.ID)
	s.t.True(n == 6, check.Failure{
		ID: "poison", Sentence: "a message that always fails was not delivered six times", Expected: "6 deliveries, then dlq." + queue,
		Seen: fmt.Sprintf("%d deliveries", n), Why: "the queue has x-delivery-limit 5: a failure that passes needs all of the repetitions",
	})
	s.once("repeated", "only what failed is repeated", good...)
}
