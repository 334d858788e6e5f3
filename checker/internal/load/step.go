package load

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Class is what an answer is worth to the client.
type Class int

const (
	// Failed is a wrong answer, or none in time.
	Failed Class = iota
	// Good is the answer that the client asked for; a refusal by a rule of the shop is one too.
	Good
	// Shed is a refusal because of overload.
	Shed
)

// Outcome is the end of one request. Reason names a failure, from a small set.
type Outcome struct {
	Kind   string
	Class  Class
	Reason string
}

// Goals are what a rate must hold, and what the generator allows itself.
type Goals struct {
	// P99 is the longest 99th percentile, Errors the largest share of requests that were not answered well.
	P99    time.Duration `json:"-"`
	Errors float64       `json:"errors"`
	// Patience is how long after its due time a client waits for an answer: what comes later is worth nothing.
	Patience time.Duration `json:"-"`
	// Lag is the longest 99th percentile of the delay with which the generator sends. Beyond it the generator is the bottleneck, and
	// the step says nothing about the shop.
	Lag time.Duration `json:"-"`
}

// Constant is a constant arrival rate for a time.
type Constant struct {
	Rate float64
	// WarmUp is sent before Duration and not counted.
	WarmUp, Duration time.Duration
	// MaxInFlight bounds the memory: a request that is due beyond it is not sent, and counts as an error.
	MaxInFlight int
	Seed        uint64
	Goals       Goals
	// Do makes request n of the run; its context ends when the patience of its client does.
	Do func(ctx context.Context, n int, r *rand.Rand) Outcome
}

const (
	longestLatency = time.Minute
	mostReasons    = 12
)

// recorder collects the outcomes of one step in bounded memory.
type recorder struct {
	mu       sync.Mutex
	step     Step
	latency  *hdrhistogram.Histogram
	lag      *hdrhistogram.Histogram
	kinds    map[string]*hdrhistogram.Histogram
	patience time.Duration
}

func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, longestLatency.Microseconds(), 3)
}

func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(min(max(d, time.Microsecond), longestLatency).Microseconds())
}

// Measure sends requests at the constant rate, whether or not earlier ones have been answered, and counts each from the time at which it
// was due. When the context ends it sends no more and returns what it has.
func Measure(ctx context.Context, c Constant) Step {
	m := &recorder{
		step:    Step{OfferedRate: c.Rate, Operations: map[string]Operation{}, Reasons: map[string]int{}},
		latency: newHistogram(), lag: newHistogram(), kinds: map[string]*hdrhistogram.Histogram{}, patience: c.Goals.Patience,
	}
	var wait sync.WaitGroup
	slots := make(chan struct{}, c.MaxInFlight)
	begin := time.Now()
	counted := begin.Add(c.WarmUp)
	end := counted.Add(c.Duration)
	for n := 0; ; n++ {
		due := begin.Add(time.Duration(float64(n) / c.Rate * float64(time.Second)))
		if !due.Before(end) {
			break
		}
		if !sleepUntil(ctx, due) {
			m.step.Interrupted = true
			end = time.Now()
			break
		}
		counts := !due.Before(counted)
		select {
		case slots <- struct{}{}:
		default:
			if counts {
				m.notSent()
			}
			continue
		}
		wait.Go(func() {
			defer func() { <-slots }()
			lag := time.Since(due)
			requestCtx, cancel := context.WithDeadline(context.WithoutCancel(ctx), due.Add(c.Goals.Patience))
			defer cancel()
			outcome := c.Do(requestCtx, n, rand.New(rand.NewPCG(c.Seed, uint64(n))))
			if counts {
				m.add(outcome, time.Since(due), lag)
			}
		})
	}
	wait.Wait()
	return m.result(max(end.Sub(counted), 0), c.Goals)
}

func (m *recorder) notSent() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.step.NotSent++
}

func (m *recorder) add(outcome Outcome, took, lag time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.step.Sent++
	record(m.lag, lag)
	operation := m.step.Operations[outcome.Kind]
	operation.Sent++
	switch {
	case outcome.Class == Shed:
		m.step.Shed++
		operation.Shed++
	case outcome.Class == Good && took > m.patience:
		m.step.Late++
	case outcome.Class == Good:
		m.step.Good++
		operation.Good++
	default:
		m.step.Failed++
	}
	m.step.Operations[outcome.Kind] = operation
	if outcome.Reason != "" {
		reason := outcome.Reason
		if _, known := m.step.Reasons[reason]; !known && len(m.step.Reasons) >= mostReasons {
			reason = "other"
		}
		m.step.Reasons[reason]++
	}
	if outcome.Class == Shed {
		return // a cheap refusal must not make a percentile better
	}
	record(m.latency, took)
	if m.kinds[outcome.Kind] == nil {
		m.kinds[outcome.Kind] = newHistogram()
	}
	record(m.kinds[outcome.Kind], took)
}

func (m *recorder) result(window time.Duration, goals Goals) Step {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.step
	s.Seconds = window.Seconds()
	if window > 0 {
		s.Goodput = float64(s.Good) / window.Seconds()
		s.Throughput = float64(s.Sent-s.Reasons[ReasonNoAnswer]) / window.Seconds()
	}
	s.Latency, s.Lag = percentilesOf(m.latency), percentilesOf(m.lag)
	for kind, histogram := range m.kinds {
		operation := s.Operations[kind]
		operation.Latency = percentilesOf(histogram)
		s.Operations[kind] = operation
	}
	s.judge(goals)
	return s
}

// percentilesOf returns milliseconds.
func percentilesOf(h *hdrhistogram.Histogram) Percentiles {
	at := func(p float64) float64 { return float64(h.ValueAtQuantile(p)) / 1000 }
	return Percentiles{P50: at(50), P90: at(90), P99: at(99), P999: at(99.9), Max: float64(h.Max()) / 1000}
}

// names returns the keys of counts, the most frequent first.
func names(counts map[string]int) []string {
	all := make([]string, 0, len(counts))
	for name := range counts {
		all = append(all, name)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	return all
}
