package deadletters

import (
	"context"
	"fmt"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// reasons sends messages that no repetition helps, that fail for a while, and that fail always.
func reasons(t *check.T) {
	w := start(t, nil)

	t.Step("send a command that cannot be decoded, and others behind it")
	broken := w.broken()
	w.send(broken)
	w.done("blocked", "the messages behind a dead letter", "poison must not hold up other messages", w.sendMany(5)...)
	w.buried(broken, "permanent", 1, "no repetition helps a message that cannot be decoded", "")

	t.Step("send a command whose first five tries fail")
	c := w.command(shaky)
	w.send(c)
	const why = "the reason is gone a moment later: what fails for a while must be repeated as often as the limit allows"
	w.done("transient", "a message that failed five times", why, c)
	t.True(w.deliveries(c) == limitOf+1, check.Failure{
		ID: "transient", Sentence: "a message that failed five times was not delivered six times", Expected: "6 deliveries",
		Seen: fmt.Sprintf("%d deliveries", w.deliveries(c)), Why: why,
	})
	depth(t, dead, 0, check.Failure{ID: "transient", Sentence: "a message that succeeded is among the dead letters", Why: why})

	t.Step("send a command that always fails, and others behind it")
	c = w.command(poison)
	w.send(c)
	w.done("blocked", "the messages behind poison", "each try of it may take a moment, not the queue", w.sendMany(5)...)
	w.buried(c, "delivery_limit", limitOf+1, "the last delivery has to leave with its error: the broker would move the message after it, and knows no error", failing)
}

// buried waits for the dead letter of a command, takes it, and looks at it.
func (w *wallet) buried(c command, reason string, deliveries int, why, cause string) {
	t := w.t
	never := check.Failure{
		ID: "never", Sentence: "a message that cannot be handled is not among the dead letters", Expected: "1 message in " + dead, Why: why,
	}
	becomes(t, never, func() (string, bool) {
		n, err := t.Broker().Depth(dead)
		t.Ours("look at the dead letters", err)
		never.Seen = fmt.Sprintf("%d dead letters after %d deliveries", n, w.deliveries(c))
		t.True(n > 0 || w.deliveries(c) <= limitOf+1, never)
		return never.Seen, n == 1
	})
	letter := take(t, dead)[0]
	t.True(w.deliveries(c) == deliveries, check.Failure{
		ID: "deliveries", Sentence: "a dead letter was not delivered as often as it should be", Expected: fmt.Sprintf("%d deliveries", deliveries),
		Seen: fmt.Sprintf("%d deliveries", w.deliveries(c)), Why: why,
	})
	got := fmt.Sprint(letter.Headers["dead_reason"])
	t.True(got == reason, check.Failure{
		ID: "reason", Sentence: "a dead letter does not say why it is one", Expected: "dead_reason " + reason, Seen: "dead_reason " + got, Why: why,
	})
	text := fmt.Sprint(letter.Headers["dead_error"])
	t.True(letter.Headers["dead_error"] != nil && strings.Contains(text, cause), check.Failure{
		ID: "error", Sentence: "a dead letter does not carry the error of its last delivery", Expected: "dead_error with it: " + cause, Seen: text,
		Why: "a person has to find out what went wrong, days later",
	})
	got = fmt.Sprint(letter.Headers["dead_deliveries"])
	t.True(got == fmt.Sprint(deliveries), check.Failure{
		ID: "count", Sentence: "a dead letter has a wrong number of deliveries", Expected: fmt.Sprintf("dead_deliveries %d", deliveries),
		Seen: "dead_deliveries " + got, Why: why,
	})
	same := letter.MessageId == c.ID && letter.CorrelationId == c.CorrelationID && letter.Type == c.Type && string(letter.Body) == string(c.Body)
	for name, value := range c.Headers {
		same = same && fmt.Sprint(letter.Headers[name]) == fmt.Sprint(value)
	}
	t.True(same, check.Failure{
		ID: "message", Sentence: "a dead letter is not the message that died", Expected: fmt.Sprintf("%s with its id, type, body and headers", c.Name()),
		Seen: fmt.Sprintf("%s %s, headers %v", letter.Type, letter.MessageId, letter.Headers), Why: "it cannot be replayed without them",
	})
	depth(t, queue, 0, check.Failure{ID: "never", Sentence: "a message is in its queue and among the dead letters", Why: "acknowledge it when its copy is safe"})
}

// move holds and refuses the copies that wallet publishes, and kills wallet in between.
func move(t *check.T) {
	w := start(t, nil)
	copies := fault.Match{Where: func(m fault.Message) bool { return m.RoutingKey == dead }}

	t.Step("a dead letter, while another message is in progress")
	slow, c := w.command(plain), w.broken()
	release := t.LockRows("wallet_db", `SELECT FROM wallets WHERE user_id = $1 FOR UPDATE`, slow.user)
	w.send(slow, c)
	becomes(t, check.Failure{
		ID: "unanswered", Sentence: "wallet does not answer the broker for a dead letter", Expected: "an answer", Why: "a message without an answer holds a worker",
	}, func() (string, bool) { return "no answer", len(w.answers(c)) > 0 })
	t.True(len(w.answers(slow)) == 0, check.Failure{
		ID: "others", Sentence: "a dead letter has answered for a message that is in progress", Expected: "no answer for it yet",
		Seen: fmt.Sprint(w.answers(slow)), Why: "an answer with multiple is one for all that were delivered before: they are lost in a crash",
	})
	release()
	w.done("others", "the message that was in progress", "", slow)
	take(t, dead)

	t.Step("hold the confirm of a dead letter")
	c = w.broken()
	hold := w.link().HoldConfirm(copies, 1)
	w.send(c)
	none := check.Failure{
		ID: "no-copy", Sentence: "wallet publishes no dead letter", Expected: "a copy with the reason, published to " + dead,
		Why: "a rejected message has no room for a reason",
	}
	becomes(t, none, func() (string, bool) {
		w.acked(c)
		select {
		case <-hold.Arrived():
			return "", true
		default:
			none.Seen = fmt.Sprintf("no copy after %d deliveries", w.deliveries(c))
			t.True(w.deliveries(c) <= limitOf+1, none)
			return none.Seen, false
		}
	})
	t.Holds("the message is not acknowledged while the confirm is under way", 300*time.Millisecond, func(context.Context) (string, bool) {
		w.acked(c)
		return "", true
	})
	t.Step("kill wallet there, and start it again")
	t.Ours("kill wallet", w.Service("wallet").Kill())
	hold.Drop()
	t.NoError("start wallet again", w.Service("wallet").Restart(t.Context(), map[string]string{"CONSUMER_DEAD_LETTER_TIMEOUT": short}))
	depth(t, dead, 2, check.Failure{
		ID: "lost", Sentence: "a crash between confirm and acknowledgement does not leave the two copies",
		Why: "the first copy was confirmed, and the broker delivers the message again: two with one id are harmless, none is a loss",
	})

	for i, letter := range take(t, dead) {
		got := fmt.Sprintf("%v after %v deliveries", letter.Headers["dead_reason"], letter.Headers["dead_deliveries"])
		t.True(got == fmt.Sprintf("permanent after %d deliveries", i+1), check.Failure{
			ID: "redelivered", Sentence: "a permanent failure is not a dead letter at once when the message was delivered before",
			Expected: fmt.Sprintf("copy %d: permanent after %d deliveries", i+1, i+1), Seen: got, Why: "no repetition helps it, whichever delivery it is",
		})
	}

	for _, fails := range []struct {
		what   string
		inject func()
		remove func()
	}{
		{"is not confirmed in time", func() { hold = w.link().HoldConfirm(copies, 1) }, func() { hold.Drop() }},
		{"is refused", func() { w.link().NackPublish(copies, 1) }, func() {}},
		{"is returned: no queue takes it", func() { w.link().ReturnPublish(copies, 1) }, func() {}},
	} {
		t.Step("the dead letter %s", fails.what)
		fails.inject()
		c := w.broken()
		w.send(c)
		becomes(t, check.Failure{
			ID: "unanswered", Sentence: "wallet does not answer the broker when the dead letter " + fails.what, Expected: "a reject",
			Why: "the wait for the confirm is bounded by CONSUMER_DEAD_LETTER_TIMEOUT, here 300ms; a message without an answer holds a worker",
		}, func() (string, bool) {
			w.acked(c)
			return "no answer", len(w.answers(c)) > 0
		})
		answer := w.answers(c)[0]
		waited := answer.At.Sub(w.link().Passages(fault.Delivery, fault.Match{ID: c.ID, Queue: queue})[0].At)
		t.True(waited < late, check.Failure{
			ID: "unanswered", Sentence: "wallet answers the broker late when the dead letter " + fails.what, Expected: "CONSUMER_DEAD_LETTER_TIMEOUT, here " + short,
			Seen: waited.Round(time.Millisecond).String(), Why: "a message without an answer holds a worker",
		})
		t.True(answer.Negative && !answer.Requeue, check.Failure{
			ID: "requeued", Sentence: "a message was put back into its queue when its dead letter " + fails.what, Expected: "a reject without requeue",
			Seen: answer.String() + " with requeue", Why: "then the broker moves it, without the reason: it would be handled again for nothing",
		})
		fails.remove()
	}
}

// acked fails when the first answer to the delivery of a command is an ack.
func (w *wallet) acked(c command) {
	if answers := w.answers(c); len(answers) > 0 {
		w.t.True(answers[0].Negative, check.Failure{
			ID: "acked", Sentence: "a message was acknowledged and its dead letter is not confirmed", Expected: "the confirm of the copy, then the ack",
			Seen: "an ack", Why: "the broker forgets what is acknowledged: if the copy does not arrive, the message is lost",
		})
	}
}
