package incidenthardening

import (
	"fmt"
	"time"

	"stagecraft/checker/internal/check"
)

// count lets messages die before and after the connection to the broker breaks, and reads the metric that the alert reads.
func count(t *check.T) {
	w := openWallet(t, map[string]string{"DEAD_LETTER_INTERVAL": "50ms"})
	t.Baseline(func() {
		t.Step("a command that cannot be decoded")
		w.poison()
		w.shows(1, "ordinary", "the metric does not show a dead letter", "Nothing is wrong yet.")
	})
	const why = "The alert DeadLetters reads this metric. A number that does not move is taken for good news."
	for n := 2; n <= 3; n++ {
		t.Step("the connection to the broker breaks; another command dies")
		w.Broker("wallet").Reset()
		w.back()
		w.poison()
		w.shows(n, "silent", "the metric does not show a dead letter that came after the connection to the broker was lost", why)
	}
	t.Step("the broker is away")
	w.Broker("wallet").Cut()
	t.Within(patience, func() bool { return w.Broker("wallet").Connections() == 0 })
	var shown float64
	changed := t.Within(300*time.Millisecond, func() bool {
		shown = w.shown()
		return shown != 3
	})
	t.True(!changed, check.Failure{
		ID: "forgets", Sentence: "the metric does not keep its number while the broker is away", Expected: "3", Seen: fmt.Sprint(shown),
		Why: "Dead letters do not go away by themselves. An alert that resolves because the broker is gone sends the person on call back to bed.",
	})
	t.Ours("heal the broker", w.Broker("wallet").Heal())
	w.back()
	w.poison()
	w.shows(4, "silent", "the metric does not show a dead letter that came after the broker was away", why)
	t.Step("an operator takes the dead letters away")
	_, err := t.Broker().Take("dlq." + queue)
	t.Ours("take the dead letters", err)
	w.shows(0, "stays", "the metric shows dead letters that are not there any more", "An alert that does not resolve is silenced, and then it is silent the next time as well.")
}

// back waits until wallet handles messages again.
func (w *wallet) back() {
	w.done("silent", "a command after the broker is back", "A consumer connects again by itself.", w.commands(1)...)
}
