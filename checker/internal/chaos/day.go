package chaos

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/history"
	"stagecraft/checker/internal/load"
	"stagecraft/checker/internal/stack"
)

// CheckID is the id of the game day of the command; its seed is derived from it and the run's.
const CheckID = "chaos-game-day"

// Day is a game day.
type Day struct {
	Length      time.Duration
	Experiments []Experiment
	// Rate is the requests of the customers per second.
	Rate float64
	// Ended stops the day after the experiment that runs, whose fault is healed at once; may be nil.
	Ended <-chan struct{}
	// Env is added to the services' environment.
	Env map[string]string
}

// environment makes the services notice and repair within seconds what takes minutes by default. The timeout of sagas stays as it is,
// longer than an experiment: it would end purchases whose messages were lost, and no message may be lost.
var environment = map[string]string{
	"RABBITMQ_HEARTBEAT": "2s", "RABBITMQ_RECONNECT_MAX": "2s",
	"OUTBOX_LEASE": "6s", "OUTBOX_HEARTBEAT": "1s", "OUTBOX_CONFIRM_TIMEOUT": "3s",
	"PAYMENT_SCAN_INTERVAL": "500ms", "PAYMENT_STALE_AFTER": "5s", "PAYMENT_TIMEOUT": "1s",
}

// Check returns the day as a check. What it finds is a failure of the code, with the invariant's name as its id; "steady" and "settle" are
// the ids when the shop does not sell again, or work does not end.
func (d Day) Check() check.Check {
	needs := check.Needs{Postgres: true, Redis: true, RabbitMQ: true, Services: stack.Names()}
	for _, e := range d.Experiments {
		for _, name := range e.Needs {
			needs.OwnPostgres = needs.OwnPostgres || name == "postgres"
			needs.OwnBroker = needs.OwnBroker || name == "rabbitmq"
		}
	}
	return check.Check{
		ID: CheckID, Topic: "chaos", Sentence: "on a day of faults no order, piece or cent is lost or doubled",
		Needs: needs, Timeout: 2*d.Length + 10*time.Minute, Run: d.Play,
	}
}

// game is a day that runs.
type game struct {
	t         *check.T
	day       Day
	stack     *stack.Stack
	customers *customers
	field     *field
	stopped   time.Time // when the game learnt that the day was stopped
}

// Play runs the day in a check that has the Needs of Day.Check.
func (d Day) Play(t *check.T) {
	plan := Plan(t.Seed(), d.Length, d.Experiments)
	if len(plan) == 0 {
		t.Unknown("the plan has no experiment: the day is too short")
	}
	env := maps.Clone(environment)
	maps.Copy(env, d.Env)
	s := t.Stack(stack.Options{Env: env})
	g := &game{t: t, day: d, stack: s, field: &field{stack: s, postgres: t.OwnPostgres(), broker: t.OwnBroker(), redisURL: t.Lease().RedisURL}}
	var err error
	t.Baseline(func() {
		t.Step("fill the shelves and the wallets")
		g.customers, err = openShop(t.Context(), s, t.Rand())
		t.NoError("the first requests", err)
	})
	began, memory := time.Now(), residentMemory(s.Services())
	for i, strike := range plan {
		wait(t.Context(), d.Ended, time.Until(began.Add(strike.At)))
		if d.over() || i > 0 && time.Since(began) > d.Length {
			plan = plan[:i]
			break
		}
		g.experiment(i+1, len(plan), strike)
	}
	g.grown(memory)
	t.Step("%d experiments; orders paid %d, cancelled %d, taken back %d, requests %d", len(plan),
		g.customers.counted("paid"), g.customers.counted("cancelled"), g.customers.counted("taken back"), len(g.customers.recorder.Ops()))
	if d.over() {
		t.Unknown(fmt.Sprintf("stopped after %d experiments; so far every invariant holds", len(plan)))
	}
}

// lastWait is how long a day that was stopped still waits for the shop.
const lastWait = 20 * time.Second

// await waits until something has happened, in time that the machine gave. It is over with the verdict unknown when the day was stopped
// and it does not happen soon after that.
func (g *game) await(within time.Duration, happened func() bool) bool {
	gaveUp := false
	did := g.t.Within(within, func() bool {
		if happened() {
			return true
		}
		if g.day.over() && g.stopped.IsZero() {
			g.stopped = time.Now()
		}
		gaveUp = !g.stopped.IsZero() && time.Since(g.stopped) > lastWait
		return gaveUp
	})
	if gaveUp {
		g.t.Unknown("stopped before the last experiment had settled; so far every invariant holds")
	}
	return did
}

func (d Day) over() bool {
	select {
	case <-d.Ended:
		return true
	default:
		return false
	}
}

// experiment is the steady state, the faults, their end, the steady state again, and the invariants once all has settled.
func (g *game) experiment(n, of int, s Strike) {
	t, e := g.t, s.Experiment
	ctx, close := context.WithCancel(t.Context())
	defer close()
	var traffic sync.WaitGroup
	var result load.Result
	traffic.Go(func() { result = g.customers.come(ctx, g.day.Rate, n, s.Seed) })
	g.steady(e, "before "+e.Name)
	wait(t.Context(), g.day.Ended, s.Lead)

	t.Step("%d/%d %s", n, of, s)
	var heals []heal
	for _, act := range s.Acts {
		wait(t.Context(), g.day.Ended, act.After)
		end, err := kinds[act.Do].begin(t.Context(), g.field, act)
		if end != nil {
			heals = append(heals, g.drawn(act, end))
		}
		g.ours(act.String(), err)
	}
	wait(t.Context(), g.day.Ended, s.Lasts)
	for i, end := range heals {
		g.ours("heal "+s.Acts[i].String(), end(t.Context()))
	}
	healed := time.Now()
	g.steady(e, "after "+e.Name)
	back := time.Since(healed)
	close()
	traffic.Wait()
	g.settle(s)
	t.Log("%s: sells again %s after the heal, all has ended after %s; %d requests, %d without a final answer",
		s, back.Round(time.Millisecond), time.Since(healed).Round(time.Millisecond), result.Sent, result.Failed)
	g.judge(s)
}

// drawn draws a fault of a server until its heal. The stack draws those of its services and links itself.
func (g *game) drawn(a Act, end heal) heal {
	if isService(a.At) || isLink(a.At) {
		return end
	}
	over := g.t.Timeline().Fault(a.At, a.String())
	return func(ctx context.Context) error {
		defer over()
		return end(ctx)
	}
}

// ours tells a service that does not come back from a mistake of the checker.
func (g *game) ours(doing string, err error) {
	var start *stack.StartError
	if errors.As(err, &start) {
		g.t.Fail(check.Failure{ID: "services", Sentence: start.Service + " does not start again: " + start.Reason,
			Expected: start.Service + " serves within its start time", Seen: start.Error()})
	}
	g.t.Ours(doing, err)
}

// steady waits until the shop sells.
func (g *game) steady(e Experiment, when string) {
	before := g.customers.counted("paid")
	sells := func() bool { return g.customers.counted("paid") >= before+e.Steady.Paid }
	if !g.await(time.Duration(e.Steady.Within), sells) {
		g.t.Fail(check.Failure{ID: "steady", Sentence: when + " the shop does not sell any more",
			Expected: fmt.Sprintf("%d purchases are paid within %s", e.Steady.Paid, time.Duration(e.Steady.Within)),
			Seen:     fmt.Sprintf("%d", g.customers.counted("paid")-before), Why: "A fault that is over must not need a person."})
	}
}

// settle waits until no order, saga, payment and message is open.
func (g *game) settle(s Strike) {
	open := "nothing was seen yet"
	settled := func() bool {
		ctx, cancel := context.WithTimeout(g.t.Context(), 5*time.Second)
		defer cancel()
		left, err := unfinished(ctx, g.t.Lease().Databases)
		if err == nil {
			open = left
		}
		return err == nil && left == ""
	}
	if !g.await(time.Duration(s.Experiment.Settle), settled) {
		g.t.Fail(check.Failure{ID: "settle", Sentence: "after " + s.String() + ", this does not end: " + open,
			Expected: fmt.Sprintf("everything that was accepted ends within %s after the heal", time.Duration(s.Experiment.Settle)), Seen: open,
			Why: "What a fault interrupted has to be finished or undone by the services themselves."})
	}
}

// judge holds the invariants against the books.
func (g *game) judge(s Strike) {
	lease := g.t.Lease()
	var e evidence
	var err error
	read := func() bool {
		ctx, cancel := context.WithTimeout(g.t.Context(), 30*time.Second)
		defer cancel()
		e, err = gather(ctx, g.stack, g.customers, lease.Databases, lease.ManagementURL)
		return err == nil
	}
	if !g.await(time.Duration(s.Experiment.Steady.Within), read) {
		g.t.Fail(check.Failure{
			ID: "steady", Sentence: "after " + s.String() + ", the shop does not answer",
			Expected: "orders, ledgers and stock can be read", Seen: fmt.Sprint(err),
		})
	}
	var first *check.Failure
	for _, i := range invariants {
		if !holds(s.Experiment, i.name) {
			continue
		}
		violations, err := i.judge(e)
		if errors.Is(err, history.ErrNotJudged) {
			g.t.Unknown(err.Error())
		}
		for _, v := range violations {
			g.t.Log("%s: %s: expected %s, seen %s", i.name, v.Invariant, v.Expected, v.Seen)
		}
		if len(violations) > 0 && first == nil {
			f := failure(i.name, violations[0], s.String())
			first = &f
		}
	}
	if first != nil {
		g.t.Fail(*first)
	}
}

func holds(e Experiment, name string) bool {
	return len(e.Hold) == 0 || slices.Contains(e.Hold, name)
}
