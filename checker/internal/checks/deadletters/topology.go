package deadletters

import (
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"

	"stagecraft/checker/internal/check"
)

// limit lets a consumer die with each delivery of a message.
func limit(t *check.T) {
	w := start(t, nil)
	w.stop()
	c := w.command(plain)
	w.send(c)
	for n := range limitOf + 1 {
		t.Step("delivery %d: the consumer dies without an answer", n+1)
		next(t, n, func(amqp.Delivery) {})
	}
	var letter amqp.Delivery
	becomes(t, check.Failure{
		ID: "dropped", Sentence: "a message is gone after its last delivery", Expected: "the message in " + dead,
		Why: "the queue needs x-dead-letter-exchange, and the routing key by which " + dead + " is bound to it",
	}, func() (string, bool) {
		letters := take(t, dead)
		if len(letters) > 0 {
			letter = letters[0]
			return "", true
		}
		ready, err := t.Broker().Depth(queue)
		t.Ours("look at the queue", err)
		t.True(ready == 0, check.Failure{
			ID: "circles", Sentence: "a message goes back into its queue after six deliveries", Expected: "the message in " + dead,
			Seen: fmt.Sprintf("%d messages in %s", ready, queue),
			Why:  "a message that kills its consumer would kill it forever: only the broker can count these deliveries",
		})
		return "in neither of the two queues", false
	})
	t.Equal("the id of the dead letter", c.ID, letter.MessageId)
	t.Equal("the broker's reason in x-death", "delivery_limit", reasonOf(letter))
}

// next takes the next delivery of the queue, and closes the connection.
func next(t *check.T, before int, handle func(amqp.Delivery)) {
	becomes(t, check.Failure{
		ID: "early", Sentence: fmt.Sprintf("the message is not in its queue after %d deliveries", before),
		Expected: fmt.Sprintf("%d deliveries, the last of them after five repetitions", limitOf+1),
		Why:      "a short failure needs all of its repetitions",
	}, func() (seen string, ok bool) {
		with(t, "take a message", func(ch *amqp.Channel) error {
			d, found, err := ch.Get(queue, false)
			if found {
				ok = true
				handle(d)
			}
			return err
		})
		return "the queue is empty", ok
	})
}

func reasonOf(letter amqp.Delivery) string {
	deaths, _ := letter.Headers["x-death"].([]any)
	if len(deaths) == 0 {
		return "no x-death"
	}
	death, _ := deaths[0].(amqp.Table)
	return fmt.Sprint(death["reason"])
}

// kept takes the dead letters' queue away, and rejects messages.
func kept(t *check.T) {
	const rejected, marks = 3, 4
	w := start(t, nil)
	w.stop()

	t.Step("reject a message: the broker moves it")
	first := w.command(plain)
	w.send(first)
	next(t, 0, func(d amqp.Delivery) { t.Ours("reject", d.Reject(false)) })
	depth(t, dead, 1, check.Failure{
		ID: "dropped", Sentence: "a rejected message is not among the dead letters",
		Why: "the queue needs x-dead-letter-exchange, and the routing key by which " + dead + " is bound to it",
	})

	t.Step("delete %s, and reject %d messages", dead, rejected)
	with(t, "delete "+dead, func(ch *amqp.Channel) error {
		_, err := ch.QueueDelete(dead, false, false, false)
		return err
	})
	w.sendMany(rejected)
	for range rejected {
		next(t, 0, func(d amqp.Delivery) { t.Ours("reject", d.Reject(false)) })
	}
	// The number of messages that are ready tells a state that is up to date from an older one.
	w.sendMany(marks)
	var s state
	fresh := t.Within(3*patience, func() bool {
		var err error
		s, err = stateOf(t, queue)
		t.Ours("ask the broker for the state of the queue", err)
		return s.Ready == marks
	})
	if !fresh {
		t.Unknown("the broker's management does not say how many messages the queue has")
	}
	t.True(s.Messages == marks+rejected, check.Failure{
		ID: "lost", Sentence: "the broker has dropped messages whose dead letters could not be stored",
		Expected: fmt.Sprintf("it still has all %d messages that were rejected", rejected), Seen: fmt.Sprintf("%d of them", s.Messages-marks),
		Why: "at-least-once needs x-dead-letter-strategy and the overflow reject-publish together: without either the broker moves messages " +
			"at most once, and says nothing",
	})
}
