package consumer

import (
	"fmt"
	"slices"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// acks holds the commit of a message while others pass it, kills wallet there, and doubles messages.
func acks(t *check.T) {
	s := openWallet(t, nil)
	const why = "the broker forgets what is acknowledged: if the process dies before the commit, the message is lost"

	t.Step("hold the commit of one message, and let ten others pass it")
	g := s.shut()
	held := s.send(slow)
	g.crowd("not-handled", 1, "the message was delivered, and nothing was stored for it")
	others := s.sendMany(10, plain)
	t.Within(patience, func() bool {
		s.unanswered(held, why) // its answer may also keep the others from being done
		return !slices.ContainsFunc(others, func(c command) bool { return s.effects(c) == 0 })
	})
	s.done("blocked", "the messages beside one that waits for its commit", "one worker is busy, two are free", others...)
	s.acked("blocked", "the messages beside one that waits for its commit", "each message is answered when it is done itself", others...)
	s.unanswered(held, why)

	s.kill()
	g.crash()
	t.True(s.effects(held) == 0, check.Failure{
		ID: "before-commit", Sentence: "the effect was stored before its transaction was committed", Expected: "no effect", Seen: "an effect",
	})
	s.restart(nil)
	s.done("lost", "the message whose commit was cut off by the crash", why, held)
	s.acked("lost", "the message whose commit was cut off by the crash", why, held)
	s.settled(held)

	t.Step("lose the ack of a message: wallet is killed when it is done and the broker does not know")
	hold := s.link().HoldAck(fault.Key(deduct), 1)
	c := s.send(plain)
	s.await("no-ack", "wallet acknowledges a message", "", func() (string, bool) {
		select {
		case <-hold.Arrived():
			return "", true
		default:
			return "no ack", false
		}
	})
	s.done("no-effect", "a message that it has acknowledged", why, c)
	s.kill()
	hold.Drop()
	s.restart(nil)
	s.await("no-ack", "wallet acknowledges the message when it is delivered again", "a duplicate is done: nothing is left to do but the ack", func() (string, bool) {
		n := len(s.passages(fault.Ack, c.ID))
		return fmt.Sprintf("%d acks", n), n >= 2
	})
	s.settled(c)

	t.Step("publish one message twice")
	again := s.command(plain)
	s.publish(again.Message, again.Message)
	s.await("duplicate", "wallet answers both copies", "a duplicate is acknowledged like any other message", func() (string, bool) {
		n := len(s.passages(fault.Ack, again.ID))
		return fmt.Sprintf("%d answers", n), n >= 2
	})
	s.settled(again)
	s.noDeadLetters("duplicate", "a duplicate is no failure")
}

// unanswered fails if the broker has an answer to a message that is not done.
func (s *service) unanswered(c command, why string) {
	answers := s.passages(fault.Ack, c.ID)
	if len(answers) > 0 {
		s.t.Fail(check.Failure{
			ID: "before-commit", Sentence: "a message was acknowledged before its effect was committed", Expected: "no answer to the broker while the commit waits",
			Seen: answers[0].String(), Why: why + ". An ack with multiple also answers for messages that other workers still hold",
		})
	}
}

// settled fails unless each command has had one effect.
func (s *service) settled(commands ...command) {
	for _, c := range commands {
		n := s.effects(c)
		s.t.True(n == 1, check.Failure{
			ID: "effects", Sentence: "a message has not had exactly one effect", Expected: "1 entry in the ledger", Seen: fmt.Sprintf("%d entries", n),
			Why: "the broker delivers at least once; the effect must happen exactly once",
		})
	}
}
