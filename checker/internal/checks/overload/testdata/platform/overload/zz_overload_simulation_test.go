package overload_test

import (
	"container/heap"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shop/platform/overload"
)

type zzoFailure struct{ id, what, expected, seen, why string }

func zzoFail(t *testing.T, f zzoFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzoConfig has the defaults that the lesson names.
func zzoConfig() overload.Config {
	return overload.Config{
		Target: 200 * time.Millisecond, Min: 20, Max: 1000, Window: 250 * time.Millisecond, RetryAfter: time.Second, MinTime: 5 * time.Millisecond,
	}
}

// zzoPatience is how long a caller waits.
const zzoPatience = time.Second

// zzoServer is a server of four workers behind the limiter under test. Admitted calls wait in the order of their arrival. Its clock goes from event
// to event.
type zzoServer struct {
	at      time.Time
	limiter *overload.Limiter
	service time.Duration // of one call
	dice    *rand.Rand
	start   time.Time
	free    [4]time.Time // when each worker is free
	events  zzoEvents
	calls   []zzoCall
}

// A zzoFlow is calls that arrive at random moments.
type zzoFlow struct {
	rate     float64 // per second
	priority overload.Priority
	extra    time.Duration // after the worker, somewhere that has no limit
}

type zzoCall struct {
	flow           zzoFlow
	arrived, ended time.Time
	refused, good  bool
}

func zzoNew(cfg overload.Config, seed uint64) *zzoServer {
	s := &zzoServer{at: time.Unix(1000, 0), service: 10 * time.Millisecond, dice: rand.New(rand.NewPCG(seed, 2))}
	s.start = s.at
	s.limiter = overload.New(cfg, prometheus.NewRegistry(), func() time.Time { return s.at })
	return s
}

// capacity is in calls per second.
func (s *zzoServer) capacity() float64 { return float64(len(s.free)) / s.service.Seconds() }

// run lets calls arrive for a time. Those in progress go on into the next run.
func (s *zzoServer) run(long time.Duration, flows ...zzoFlow) {
	end := s.at.Add(long)
	for _, flow := range flows {
		for at := s.at; ; {
			at = at.Add(time.Duration(s.dice.ExpFloat64() / flow.rate * float64(time.Second)))
			if at.After(end) {
				break
			}
			heap.Push(&s.events, zzoEvent{at, func() { s.arrive(flow) }})
		}
	}
	for len(s.events) > 0 && !s.events[0].at.After(end) {
		next := heap.Pop(&s.events).(zzoEvent)
		s.at = next.at
		next.happen()
	}
	s.at = end
}

func (s *zzoServer) arrive(flow zzoFlow) {
	n := len(s.calls)
	s.calls = append(s.calls, zzoCall{flow: flow, arrived: s.at})
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
	heap.Push(&s.events, zzoEvent{s.free[worker].Add(flow.extra), func() {
		s.calls[n].ended = s.at
		s.calls[n].good = s.at.Sub(s.calls[n].arrived)-flow.extra <= zzoPatience
		done()
	}})
}

// zzoResult is what became of calls.
type zzoResult struct {
	good, late, refused int
	goodBy, refusedBy   map[overload.Priority]int
	median              time.Duration // of those in time
}

// between looks at the calls that arrived in a part of the simulation.
func (s *zzoServer) between(from, to time.Duration) zzoResult {
	r := zzoResult{goodBy: map[overload.Priority]int{}, refusedBy: map[overload.Priority]int{}}
	var times []time.Duration
	for _, c := range s.calls {
		if at := c.arrived.Sub(s.start); at < from || at >= to {
			continue
		}
		switch {
		case c.refused:
			r.refused++
			r.refusedBy[c.flow.priority]++
		case c.good:
			r.good++
			r.goodBy[c.flow.priority]++
			times = append(times, c.ended.Sub(c.arrived)-c.flow.extra)
		case !c.ended.IsZero() || s.at.Sub(c.arrived) > zzoPatience+c.flow.extra:
			r.late++
		}
	}
	if slices.Sort(times); len(times) > 0 {
		r.median = times[len(times)/2]
	}
	return r
}

func (r zzoResult) String() string {
	return fmt.Sprintf("%d answered in time (half of them within %s), %d too late, %d refused", r.good, r.median.Round(time.Millisecond), r.late, r.refused)
}

type zzoEvent struct {
	at     time.Time
	happen func()
}

type zzoEvents []zzoEvent

func (e zzoEvents) Len() int           { return len(e) }
func (e zzoEvents) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e zzoEvents) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *zzoEvents) Push(x any)        { *e = append(*e, x.(zzoEvent)) }
func (e *zzoEvents) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}
