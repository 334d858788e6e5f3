package consumer

import (
	"context"
	"fmt"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// drain sends SIGTERM while messages are in progress.
func drain(t *check.T) {
	s := openWallet(t, map[string]string{
		"CONSUMER_WORKERS": "4", "CONSUMER_PREFETCH": "12", "CONSUMER_REQUEUE_MIN": "2m", "CONSUMER_REQUEUE_MAX": "2m", "CONSUMER_DRAIN_TIMEOUT": "20s",
	})
	const why = "what is in progress at the stop is finished and acknowledged; aborted, it is done again by the next process, and its work is lost"

	t.Step("three messages are in progress, one has failed and waits for its repetition")
	failed := s.send(poison)
	s.await("not-handled", "the failing message is delivered", "", func() (string, bool) {
		n := s.deliveries(failed.ID)
		return fmt.Sprintf("%d deliveries", n), n > 0
	})
	g := s.shut()
	inProgress := s.sendMany(3, busy)
	g.crowd("not-handled", 3, "")

	t.Step("send SIGTERM, and messages until wallet takes no more")
	type end struct {
		exit fmt.Stringer
		code int
		err  error
	}
	ended := make(chan end, 1)
	ctx, cancel := t.Patience(2 * patience)
	defer cancel()
	t.Go(func() {
		exit, err := s.Service("wallet").Stop(ctx)
		ended <- end{exit, exit.Code, err}
	})
	var later []command
	left := 0
	s.await("takes-more", "wallet takes no more messages after SIGTERM",
		"a consumer that goes on taking never comes to its end; cancel it at the broker, and then wait", func() (string, bool) {
			depth, err := t.Broker().Depth(queue)
			switch {
			case err != nil:
				return err.Error(), false
			case depth == 0 && len(later) < 400:
				left, later = 0, append(later, s.send(plain))
			case depth > 0:
				left++
			}
			return fmt.Sprintf("it has taken %d messages after SIGTERM", len(later)), left >= 3
		})
	select {
	case e := <-ended:
		t.Fail(check.Failure{
			ID: "aborted", Sentence: "wallet ended while messages were in progress", Expected: "it waits for them, up to CONSUMER_DRAIN_TIMEOUT (here 20s)",
			Seen: fmt.Sprintf("%s (%v)", e.exit, e.err), Why: why,
		})
	default:
	}
	t.True(g.waiting() == 3, check.Failure{
		ID: "aborted", Sentence: "messages in progress were aborted at the stop", Expected: "3 are in progress", Seen: fmt.Sprintf("%d are", g.waiting()), Why: why,
	})

	t.Step("let them finish: wallet acknowledges them and ends")
	g.open()
	s.done("aborted", "the messages in progress", why, inProgress...)
	s.acked("not-acked", "the messages in progress", "the channel is closed when all answers are sent, not before", inProgress...)
	e := wait(t, ended, "wallet ends")
	t.True(e.err == nil && e.code == 0, check.Failure{
		ID: "late", Sentence: "wallet does not end after SIGTERM", Expected: "exit code 0, soon after the last message in progress is done",
		Seen: fmt.Sprintf("%s (%v)", e.exit, e.err), Why: "a message that waits for its repetition goes back to the queue at once: endPauses",
	})
	s.once("again", why, inProgress...)

	s.restart(nil)
	s.done("lost", "the messages that it has not taken before", "what is not acknowledged stays in the queue", later...)
	s.settled(later...)
	s.settled(inProgress...)
	s.once("again", why, inProgress...)
	s.await("lost", "the message that had failed is delivered again", "it goes back to the queue at the stop", func() (string, bool) {
		n := s.deliveries(failed.ID)
		return fmt.Sprintf("%d deliveries", n), n >= 2
	})
	t.True(len(s.link().Passages(fault.Ack, fault.Match{ID: failed.ID})) <= 1, check.Failure{
		ID: "lost", Sentence: "a message that failed was answered twice", Expected: "one reject", Seen: "two",
	})
	s.noDeadLetters("lost", "nothing went wrong with it")
}

// wait returns the next value of a channel.
func wait[V any](t *check.T, values <-chan V, what string) (v V) {
	t.Eventually(what, 3*patience, func(context.Context) (string, bool) {
		select {
		case v = <-values:
			return "", true
		default:
			return "it did not", false
		}
	})
	return v
}
