package load

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

const rowFormat = "%9.1f %9.1f %9.1f %8.0f %8.0f %8.0f %8.0f %7.1f %7.1f %7.1f  %s\n"

// WriteHeader writes the head of the table of steps.
func WriteHeader(out io.Writer) {
	fmt.Fprintf(out, "%9s %9s %9s %8s %8s %8s %8s %7s %7s %7s\n", "offered", "answers", "goodput", "p50", "p90", "p99", "p99.9", "shed", "failed", "lag p99")
	fmt.Fprintf(out, "%9s %9s %9s %8s %8s %8s %8s %7s %7s %7s\n", "1/s", "1/s", "1/s", "ms", "ms", "ms", "ms", "%", "%", "ms")
}

// WriteRow writes a step as a row of the table.
func WriteRow(out io.Writer, s Step) {
	total := float64(max(s.Sent+s.NotSent, 1))
	fmt.Fprintf(out, rowFormat, s.OfferedRate, s.Throughput, s.Goodput, s.Latency.P50, s.Latency.P90, s.Latency.P99, s.Latency.P999,
		100*float64(s.Shed)/total, 100*float64(s.Failed+s.Late+s.NotSent)/total, s.Lag.P99, verdict(s))
}

func verdict(s Step) string {
	switch {
	case s.Interrupted:
		return "interrupted"
	case s.GeneratorLimited && !s.Holds:
		return "no: " + s.Why + "; the generator was late, so this says little"
	case s.Holds:
		return "holds"
	default:
		return "no: " + s.Why
	}
}

// WriteSummary writes what follows from the steps.
func (r Report) WriteSummary(out io.Writer) {
	fmt.Fprintf(out, "\nGoals: p99 ≤ %.0f ms and at most %.1f %% not answered well. Good is a right answer within %.0f ms of its due time.\n",
		r.Goals.P99, 100*r.Goals.Errors, r.Goals.Patience)
	switch k := r.Knee; {
	case k == nil && len(r.Steps) > 1:
		fmt.Fprintln(out, "Knee: none. The lowest rate did not hold the goals; start with a lower one: --from.")
	case k != nil && k.Bounded:
		fmt.Fprintf(out, "Knee: %.1f requests/s is the highest rate that held the goals.\n", k.Rate)
	case k != nil:
		fmt.Fprintf(out, "Knee: at least %.1f requests/s. No higher rate failed because of the shop.\n", k.Rate)
	}
	if k := r.Knee; k != nil && k.Multiple > 0 {
		fmt.Fprintf(out, "At %.1f × the knee the goodput is %.0f %% of its maximum, %.1f/s.\n", k.Multiple, 100*k.Kept, k.Goodput)
	}
	if len(r.Steps) > 0 {
		r.writeOperations(out, r.Steps[len(r.Steps)-1])
	}
	for _, note := range r.Notes {
		fmt.Fprintln(out, "Note: "+note)
	}
}

func (r Report) writeOperations(out io.Writer, s Step) {
	fmt.Fprintf(out, "\nOperations at %.1f/s:\n", s.OfferedRate)
	kinds := make([]string, 0, len(s.Operations))
	for kind := range s.Operations {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		o := s.Operations[kind]
		fmt.Fprintf(out, "  %-14s %6d sent %6d good %6d shed   p50 %6.0f ms   p99 %6.0f ms\n", kind, o.Sent, o.Good, o.Shed, o.Latency.P50, o.Latency.P99)
	}
	if len(s.Reasons) == 0 {
		return
	}
	var reasons []string
	for _, name := range names(s.Reasons) {
		reasons = append(reasons, fmt.Sprintf("%s %d", name, s.Reasons[name]))
	}
	fmt.Fprintln(out, "  not good: "+strings.Join(reasons, ", "))
}
