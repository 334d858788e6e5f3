package load

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"
)

// Schema is the version of the JSON report; docs/load-report.md describes it.
const Schema = "stagecraft.load/1"

// ReasonNoAnswer is the reason of a request that got none before its client lost patience.
const ReasonNoAnswer = "no answer"

// Percentiles are in milliseconds.
type Percentiles struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

// Operation is one kind of request in a step.
type Operation struct {
	Sent    int         `json:"sent"`
	Good    int         `json:"good"`
	Shed    int         `json:"shed"`
	Latency Percentiles `json:"latency_ms"`
}

// Step is what was seen at one rate. Sent = Good + Shed + Failed + Late.
type Step struct {
	OfferedRate float64 `json:"offered_rate"`
	Seconds     float64 `json:"seconds"`
	Sent        int     `json:"sent"`
	Good        int     `json:"good"`
	Shed        int     `json:"shed"`
	Failed      int     `json:"failed"`
	Late        int     `json:"late"`
	NotSent     int     `json:"not_sent"`
	// Throughput is answers per second of any kind, Goodput those that were good and in time.
	Throughput float64 `json:"throughput"`
	Goodput    float64 `json:"goodput"`
	// Latency is from the due time, of all requests but those that were shed.
	Latency    Percentiles          `json:"latency_ms"`
	Lag        Percentiles          `json:"schedule_lag_ms"`
	Operations map[string]Operation `json:"operations"`
	Reasons    map[string]int       `json:"reasons"`
	// Holds says that the goals were met, Why what was missed.
	Holds            bool   `json:"holds"`
	Why              string `json:"why,omitempty"`
	GeneratorLimited bool   `json:"generator_limited"`
	Interrupted      bool   `json:"interrupted"`
}

// Report is the outcome of a run.
type Report struct {
	Schema  string            `json:"schema"`
	Target  string            `json:"target"`
	Started time.Time         `json:"started"`
	Seed    uint64            `json:"seed"`
	Mix     map[string]int    `json:"mix"`
	Env     map[string]string `json:"env,omitempty"`
	Goals   GoalsReport       `json:"goals"`
	// Knee is nil where it was not searched or no rate held.
	Knee  *Knee  `json:"knee"`
	Steps []Step `json:"steps"`
	// Notes are what limits the meaning of the numbers.
	Notes []string `json:"notes"`
}

// GoalsReport are the goals in milliseconds.
type GoalsReport struct {
	P99      float64 `json:"p99_ms"`
	Errors   float64 `json:"errors"`
	Patience float64 `json:"patience_ms"`
	Lag      float64 `json:"lag_ms"`
}

// Report returns the goals as the report shows them.
func (g Goals) Report() GoalsReport {
	return GoalsReport{P99: milliseconds(g.P99), Errors: g.Errors, Patience: milliseconds(g.Patience), Lag: milliseconds(g.Lag)}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// judge says whether the step holds the goals.
func (s *Step) judge(goals Goals) {
	s.GeneratorLimited = s.Lag.P99 > milliseconds(goals.Lag)
	total := s.Sent + s.NotSent
	switch errors := float64(total-s.Good) / math.Max(float64(total), 1); {
	case total == 0:
		s.Why = "nothing was sent"
	case errors > goals.Errors:
		s.Why = fmt.Sprintf("%.1f %% not answered well", errors*100)
	case s.Latency.P99 > milliseconds(goals.P99):
		s.Why = fmt.Sprintf("p99 %.0f ms", s.Latency.P99)
	default:
		s.Holds = true
	}
}

// WriteJSON writes the report for programs.
func (r Report) WriteJSON(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r); err != nil {
		return fmt.Errorf("write the load report: %w", err)
	}
	return nil
}

// AddNotes says what limits the meaning of the numbers.
func (r *Report) AddNotes() {
	limited, unsent := 0, 0
	for _, s := range r.Steps {
		if s.GeneratorLimited {
			limited++
		}
		unsent += s.NotSent
		if s.Interrupted {
			r.Notes = append(r.Notes, "the run was interrupted: the last step is shorter, and what follows is missing")
		}
	}
	if limited > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("in %d of %d steps the generator was itself a bottleneck: it sent later than planned (p99 of the delay above %.0f ms);"+
			" give it processors of its own",
			limited, len(r.Steps), r.Goals.Lag))
	}
	if unsent > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d requests were not sent, because --max-in-flight others had no answer yet; they count as errors", unsent))
	}
}
