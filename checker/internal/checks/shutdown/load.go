package shutdown

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	inventoryv1 "shop/gen/inventory/v1"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/load"
	"stagecraft/checker/internal/stack"
)

const (
	rate = 60 // calls a second
	// lateness is how long after NOT_SERVING the balancer still sends calls to the replica.
	lateness = 300 * time.Millisecond
)

// traffic is calls to two replicas, through a balancer that follows their health, and commands for both.
type traffic struct {
	s *shop

	mu       sync.Mutex
	rotation []*stack.Service
	next     int
	answered int
	failed   []error
	commands []fault.Message
}

// underLoad stops one of two replicas and counts.
func underLoad(t *check.T) {
	s := open(t, map[string]string{"SHUTDOWN_ENDPOINT_WAIT": "1s"})
	victim := s.Service("inventory")
	second, err := s.StartSecond(t.Context(), "inventory", patient)
	t.NoError("start a second replica", err)
	tr := &traffic{s: s, rotation: []*stack.Service{victim, second}}
	tr.follow(victim)

	t.Step("%d calls a second go to two replicas, and commands to the queue of both", rate)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var running sync.WaitGroup
	running.Go(func() {
		load.Run(ctx, load.Plan{Rate: rate, Seed: t.Seed(), Do: tr.act})
	})
	tr.await(20)

	t.Step("SIGTERM to one replica; its balancer notices %s after NOT_SERVING", lateness)
	e := s.terminate(victim)
	select {
	case <-e.done:
	case <-t.Context().Done():
	}
	done := tr.count() + 10
	tr.await(done)
	stop()
	running.Wait()

	line := summary(victim)
	t.Step("parts: %s", parts(line))
	doubled := tr.doubled(victim, second)
	t.Within(patience, func() bool { return s.reservations(tr.commands...) == len(tr.commands) })
	lost := len(tr.commands) - s.reservations(tr.commands...)
	score := fmt.Sprintf("%d calls answered, %d failed; %d messages, %d lost, %d doubled; %s after %s",
		tr.answered, len(tr.failed), len(tr.commands), lost, doubled, e.exit, e.exit.Took.Round(time.Millisecond))
	t.Step("score: %s", score)
	if len(tr.failed) > 0 {
		t.Fail(check.Failure{
			ID: "failed", Sentence: fmt.Sprintf("%d calls failed at the stop", len(tr.failed)), Expected: "0",
			Seen: fmt.Sprintf("%s. The first: %v", score, tr.failed[0]),
			Why:  "a call that a balancer sends before it has noticed is accepted work: serve it, and drain only after the endpoint wait",
		})
	}
	t.True(lost == 0, check.Failure{ID: "lost", Sentence: "messages were lost", Expected: "0", Seen: score, Why: "acknowledge after the work, and not before"})
	t.True(doubled == 0, check.Failure{
		ID: "doubled", Sentence: "messages were done, and delivered again", Expected: "0", Seen: score,
		Why: "at the stop, wait for the acknowledgements before the connection is closed",
	})
	e.code(0, "exit", "all of it ends by itself within the budgets")
}

// act makes one call, and sends one command with every fourth.
func (tr *traffic) act(ctx context.Context, n int, _ *rand.Rand) error {
	if n%4 == 0 {
		c := tr.s.command("milk")
		if err := tr.s.t.Broker().Publish(c); err == nil {
			tr.mu.Lock()
			tr.commands = append(tr.commands, c)
			tr.mu.Unlock()
		}
	}
	replica := tr.pick()
	ctx, cancel := context.WithTimeout(tr.s.AsAdmin(ctx), 6*patience)
	defer cancel()
	err := tr.s.adjust(ctx, inventoryv1.NewInventoryServiceClient(replica.Conn()), "tea", 1)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if err != nil {
		tr.failed = append(tr.failed, err)
		return err
	}
	tr.answered++
	return nil
}

// pick returns the replicas in rotation in turn.
func (tr *traffic) pick() *stack.Service {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.next++
	return tr.rotation[tr.next%len(tr.rotation)]
}

// follow takes a replica out of rotation, late, after it has said NOT_SERVING or does not answer any more.
func (tr *traffic) follow(replica *stack.Service) {
	watch, err := healthpb.NewHealthClient(replica.Conn()).Watch(tr.s.t.Context(), &healthpb.HealthCheckRequest{})
	tr.s.t.NoError("watch the health", err)
	tr.s.t.Go(func() {
		for {
			answer, err := watch.Recv()
			if err == nil && answer.GetStatus() == healthpb.HealthCheckResponse_SERVING {
				continue
			}
			time.AfterFunc(lateness, func() {
				tr.mu.Lock()
				defer tr.mu.Unlock()
				tr.rotation = slices.DeleteFunc(tr.rotation, func(s *stack.Service) bool { return s == replica })
			})
			return
		}
	})
}

func (tr *traffic) count() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.answered
}

// await waits until so many calls were answered.
func (tr *traffic) await(n int) {
	tr.s.t.Eventually(fmt.Sprintf("%d calls are answered", n), patience, func(context.Context) (string, bool) {
		now := tr.count()
		return fmt.Sprintf("%d are", now), now >= n
	})
}

// doubled counts the messages that were done more than once.
func (tr *traffic) doubled(replicas ...*stack.Service) (twice int) {
	times := map[string]int{}
	for _, replica := range replicas {
		for _, line := range replica.Logs().Events("inventory.message.handled") {
			if line.Field("outcome") == "done" {
				times[line.Field("message_id")]++
			}
		}
	}
	for _, n := range times {
		if n > 1 {
			twice++
		}
	}
	return twice
}
