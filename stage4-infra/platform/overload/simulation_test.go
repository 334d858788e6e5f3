package overload_test

import (
	"container/heap"
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shop/platform/config"
	"shop/platform/overload"
)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// simulation is a server of a few workers, in front of which admitted calls wait in the order of their arrival. Time passes from event to
// event.
type simulation struct {
	*clock
	cfg     overload.Config
	limiter *overload.Limiter
	workers int
	service time.Duration
	random  *rand.Rand
	start   time.Time
	free    []time.Time // when each worker is free
	events  events
	calls   []call
}

// stream is a flow of arrivals at random moments.
type stream struct {
	rate     float64
	priority overload.Priority
	caller   int
	extra    time.Duration // spent after the worker, in a place that is not limited
}

type call struct {
	stream          stream
	arrived, ended  time.Time
	refused, within bool
}

type result struct {
	good              float64
	late, refused     int
	goodBy, refusedBy map[overload.Priority]int
	goodOf            map[int]float64
	times             []time.Duration
}

func newSimulation(t *testing.T) *simulation {
	t.Helper()
	s := &simulation{
		clock: &clock{at: time.Unix(1000, 0)}, cfg: config.Defaults[overload.Config](), workers: 4, service: 10 * time.Millisecond,
		random: rand.New(rand.NewPCG(1, 2)),
	}
	s.start, s.free = s.at, make([]time.Time, s.workers)
	s.limiter = overload.New(s.cfg, prometheus.NewRegistry(), s.now)
	return s
}

// capacity is in calls per second.
func (s *simulation) capacity() float64 { return float64(s.workers) / s.service.Seconds() }

func (s *simulation) stream(rate float64, p overload.Priority) stream {
	return stream{rate: rate, priority: p}
}

// run lets calls arrive for a time. Those in progress go on into the next run.
func (s *simulation) run(long time.Duration, streams ...stream) {
	end := s.at.Add(long)
	for _, flow := range streams {
		for at := s.at; ; {
			at = at.Add(time.Duration(s.random.ExpFloat64() / flow.rate * float64(time.Second)))
			if at.After(end) {
				break
			}
			heap.Push(&s.events, event{at, func() { s.arrive(flow) }})
		}
	}
	for len(s.events) > 0 && !s.events[0].at.After(end) {
		next := heap.Pop(&s.events).(event)
		s.at = next.at
		next.happen()
	}
	s.at = end
}

func (s *simulation) arrive(flow stream) {
	n := len(s.calls)
	s.calls = append(s.calls, call{stream: flow, arrived: s.at})
	done, err := s.limiter.Admit(context.Background(), flow.priority)
	if err != nil {
		s.calls[n].refused = true
		return
	}
	worker := 0
	for i, free := range s.free {
		if free.Before(s.free[worker]) {
			worker = i
		}
	}
	begin := s.at
	if s.free[worker].After(begin) {
		begin = s.free[worker]
	}
	s.free[worker] = begin.Add(s.service)
	heap.Push(&s.events, event{s.free[worker].Add(flow.extra), func() {
		s.calls[n].ended = s.at
		s.calls[n].within = s.at.Sub(s.calls[n].arrived)-flow.extra <= patience
		done()
	}})
}

func (s *simulation) since(after time.Duration) result { return s.between(after, time.Hour) }

// between returns what became of the calls that arrived in that part of the simulation.
func (s *simulation) between(from, to time.Duration) result {
	r := result{goodBy: map[overload.Priority]int{}, refusedBy: map[overload.Priority]int{}, goodOf: map[int]float64{}}
	for _, c := range s.calls {
		if at := c.arrived.Sub(s.start); at < from || at >= to {
			continue
		}
		switch {
		case c.refused:
			r.refused++
			r.refusedBy[c.stream.priority]++
		case c.within:
			r.good++
			r.goodBy[c.stream.priority]++
			r.goodOf[c.stream.caller]++
			r.times = append(r.times, c.ended.Sub(c.arrived))
		case !c.ended.IsZero():
			r.late++
		}
	}
	return r
}

func (r result) median() time.Duration {
	slices.Sort(r.times)
	return r.times[len(r.times)/2]
}

type event struct {
	at     time.Time
	happen func()
}

type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)        { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}
