package incidenthardening

import (
	"fmt"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// stop stops wallet while its database is away and commands wait for it: more commands than it has workers.
func stop(t *check.T) {
	w := openWallet(t, map[string]string{
		"CONSUMER_WORKERS": "2", "SHUTDOWN_CONSUMERS_BUDGET": "4s",
	})
	const why = "An outage passes. Each message that waits for its end is an order of a customer: it belongs to the queue, where the next process takes it."
	service := w.Service("wallet")
	link := w.Server("wallet", "postgres")
	for _, n := range []int{5, 1} {
		t.Step("the database of wallet goes away; %d commands arrive; SIGTERM", n)
		link.Cut()
		outage(t, w.Stack)
		commands := w.commands(n)
		w.delivered(commands...)
		exit := stopped(t, service)
		dead := w.dead()
		t.True(dead == 0, check.Failure{
			ID: "dead", Sentence: "messages became dead letters because wallet was stopped during an outage", Expected: "none: they return to " + queue,
			Seen: fmt.Sprintf("%d of %d are in dlq.%s", dead, n, queue), Why: why,
		})
		t.True(exit.Code == 0, check.Failure{
			ID: "slow", Sentence: "the stop waits for the end of the outage, until its time is over", Expected: "exit code 0, within SHUTDOWN_CONSUMERS_BUDGET",
			Seen: fmt.Sprintf("%s, after %s", exit, exit.Took.Round(time.Millisecond)), Why: "No one knows how long the outage lasts. What is not done is done by the next process.",
		})
		depth, err := t.Broker().Depth(queue)
		t.Ours("look at the queue", err)
		t.True(depth >= n, check.Failure{ // the first command may be there as well: its commit was cut off
			ID: "lost", Sentence: "messages that were not handled are gone after the stop", Expected: fmt.Sprintf("%d in %s", n, queue), Seen: fmt.Sprintf("%d, and %d entries in the ledger", depth, w.entries(commands...)), Why: why,
		})
		t.Step("the database is back; start wallet")
		t.Ours("heal the database", link.Heal())
		t.NoError("the start of wallet", service.Restart(t.Context(), nil))
		w.done("lost", "the commands that had waited", why, commands...)
	}
	t.Step("a command that can never be decoded still becomes a dead letter")
	c := w.poison()
	becomes(t, check.Failure{
		ID: "poison", Sentence: "a message that no delivery can handle does not become a dead letter", Expected: "1 in dlq." + queue,
		Why: "It would go round for ever, and hold up those behind it.",
	}, func() (string, bool) {
		n := w.dead()
		return fmt.Sprint(n), n == 1
	})
	deliveries := len(w.Broker("wallet").Passages(fault.Delivery, fault.Match{ID: c.ID, Queue: queue}))
	t.True(deliveries == 1, check.Failure{
		ID: "poison", Sentence: "a message that no delivery can handle does not become a dead letter at its first one", Expected: "1 delivery",
		Seen: fmt.Sprintf("%d deliveries", deliveries), Why: "Each further one costs a worker its time, and tells no one what is wrong.",
	})
}

// dead counts the dead letters of wallet.
func (w *wallet) dead() int {
	n, err := w.t.Broker().Depth("dlq." + queue)
	w.t.Ours("look at the dead letters", err)
	return n
}
