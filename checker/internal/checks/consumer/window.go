package consumer

import (
	"fmt"
	"time"

	"context"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const (
	workers  = 3
	prefetch = 6
)

// window makes messages slow and looks at what wallet holds.
func window(t *check.T) {
	s := openWallet(t, map[string]string{"CONSUMER_REQUEUE_MIN": "1m", "CONSUMER_REQUEUE_MAX": "1m"})

	t.Step("one message is slow; twelve others come behind it")
	g := s.shut()
	first := s.send(slow)
	g.crowd("workers", 1, "")
	good := s.sendMany(12, plain)
	s.done("slow-blocks", "the messages behind a slow one", "two workers are free: a slow message must not hold up the others", good...)
	g.open()
	s.acked("slow", "the slow message", "", first)

	t.Step("thirty messages are slow: %d workers, prefetch %d", workers, prefetch)
	g = s.shut()
	many := s.sendMany(30, slow)
	g.crowd("workers", workers, fmt.Sprintf("CONSUMER_WORKERS is %d", workers))
	var taken int
	s.await("window", "the broker stops handing over messages", "", func() (string, bool) {
		depth, err := t.Broker().Depth(queue)
		taken = s.held(many)
		return fmt.Sprintf("%d wait in the queue (%v), wallet holds %d", depth, err, taken), err == nil && depth+taken == len(many)
	})
	t.True(taken <= prefetch, check.Failure{
		ID: "prefetch", Sentence: "wallet holds more messages than its prefetch", Expected: fmt.Sprintf("at most %d, CONSUMER_PREFETCH", prefetch),
		Seen: fmt.Sprintf("%d of %d messages", taken, len(many)),
		Why:  "without a limit the broker hands over the whole queue: it lies in the memory of one process, and no other replica can help",
	})
	t.Holds(fmt.Sprintf("at most %d messages are handled at the same time", workers), 200*time.Millisecond, func(context.Context) (string, bool) {
		n := g.waiting()
		return fmt.Sprintf("%d are", n), n <= workers
	})
	g.open()
	s.done("lost", "all of the slow messages", "", many...)
	s.acked("lost", "all of the slow messages", "", many...)
	s.once("again", "nothing went wrong with it", many...)

	t.Step("%d messages fail and wait a minute for their repetition: as many as there are workers", workers)
	failed := s.sendMany(workers, poison)
	s.await("workers", "the failing messages are delivered", "", func() (string, bool) {
		n := s.held(failed)
		return fmt.Sprintf("%d are", n), n == len(failed)
	})
	good = s.sendMany(6, plain)
	s.done("pause-blocks", "messages while those that failed wait for their repetition",
		"requeue waits before it puts the message back; a worker that waits with it does nothing else", good...)
	t.True(s.held(failed) == len(failed), check.Failure{
		ID: "no-pause", Sentence: "a message that failed came back at once", Expected: "requeue waits for CONSUMER_REQUEUE_MIN, here a minute",
		Seen: fmt.Sprintf("%d of %d still wait", s.held(failed), len(failed)), Why: "without a pause its deliveries are used up in milliseconds",
	})
}

// held returns how many of the messages the service has and has not answered.
func (s *service) held(commands []command) (n int) {
	for _, c := range commands {
		if s.deliveries(c.ID) > len(s.passages(fault.Ack, c.ID)) {
			n++
		}
	}
	return n
}
