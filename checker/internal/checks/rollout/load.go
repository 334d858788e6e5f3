package rollout

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/load"
)

const (
	// rate is far below what the shop holds on two cores.
	rate = 20
	// settles is how long the load goes on after a change: what the lag of endpoints delays shows by then.
	settles = 2 * time.Second
	// more is how long failures are counted after the first.
	more = 2 * time.Second
	// answer is how long a customer waits. The gateway gives up earlier.
	answer = 20 * time.Second

	noConnection = "connection failed"
)

var errFailedRequest = errors.New("a request has failed")

// failures are the requests that were not answered well.
type failures struct {
	mu     sync.Mutex
	began  time.Time
	sent   int
	counts map[string]int
	first  string
	state  string // of the pods, at the first failure
}

// underLoad makes a change while customers buy, and fails the check as soon as a request fails. What change returns is judged after that.
func (l *lab) underLoad(t *check.T, what string, change func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	f := &failures{began: time.Now(), counts: map[string]int{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		load.Measure(ctx, load.Constant{
			Rate: rate, Duration: time.Hour, MaxInFlight: 500, Seed: t.Seed(), Goals: load.Goals{Patience: answer, P99: answer, Lag: time.Second},
			Do: func(request context.Context, n int, r *rand.Rand) load.Outcome {
				outcome := l.request(request, n, r)
				if f.add(outcome) {
					f.note(l.snapshot(request))
					time.AfterFunc(more, func() { cancel(errFailedRequest) })
				}
				return outcome
			},
		})
	}()
	err := change(ctx)
	if err == nil {
		select {
		case <-time.After(settles):
		case <-ctx.Done():
		}
		if f.any() {
			<-ctx.Done() // the counting of failures ends
		}
	}
	cancel(nil)
	<-ended
	if failure, failed := f.judge(what); failed {
		l.fail(t, failure)
	}
	t.Log("%s: %d requests, %s", what, f.sent, time.Since(f.began).Round(100*time.Millisecond))
	return err
}

// add counts an outcome, and says whether it is the first failure. A refusal because of overload is an answer: it says something about the
// machine, and nothing about the release.
func (f *failures) add(outcome load.Outcome) (first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent++
	if outcome.Class != load.Failed {
		return false
	}
	f.counts[outcome.Kind+": "+outcome.Reason]++
	if f.first != "" {
		return false
	}
	f.first = fmt.Sprintf("%s: %s, %s after it began", outcome.Kind, outcome.Reason, time.Since(f.began).Round(100*time.Millisecond))
	return true
}

func (f *failures) note(state string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state = state
}

func (f *failures) any() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.first != ""
}

// judge returns what is wrong.
func (f *failures) judge(what string) (failure check.Failure, failed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == "" {
		return check.Failure{}, false
	}
	count, refused := 0, false
	var texts []string
	for _, kind := range slices.Sorted(maps.Keys(f.counts)) {
		count += f.counts[kind]
		refused = refused || strings.HasSuffix(kind, noConnection)
		texts = append(texts, fmt.Sprintf("%d × %s", f.counts[kind], kind))
	}
	failure = check.Failure{
		ID: "failed", Sentence: fmt.Sprintf("requests of customers fail during %s", what), Expected: "each request is answered",
		Seen: fmt.Sprintf("%d of %d failed until %s after the first failure: %s\nthe first: %s\nat that moment:\n%s",
			count, f.sent, more, strings.Join(texts, ", "), f.first, f.state),
		Why: "a pod got a call that it could not answer: it had not opened its port yet, it had closed it already, or its service was not ready",
	}
	if refused {
		failure.ID, failure.Sentence = "refused-connection", fmt.Sprintf("connections of customers fail during %s", what)
		failure.Why = "no gateway listens where a customer is sent: a new pod is ready before it listens, an old one stops before the last client has noticed, or no pod is left"
	}
	return failure, true
}
