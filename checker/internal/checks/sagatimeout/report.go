package sagatimeout

import (
	"fmt"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/telemetry"
)

// report looks at what the log and the metrics say about sagas that have ended.
func report(t *check.T) {
	began := time.Now()
	s, paid := open(t)
	t.Step("one purchase is paid, one is undone")
	cancelled, refunding := s.undoing("it was undone")
	refunding.Release()
	cancelled.hold.Release()
	cancelled.ends("CANCELLED")

	t.Step("a third one fails: wallet refuses to refund. The transaction conflicts with another one at its commit and runs again")
	failing, _ := s.undoing("wallet refused to refund")
	failing.stuck = true
	s.rerunsOnce(failing.purchase)
	s.reply(failing.id, undone(deductStep).refused("PRECONDITION_FAILED"))
	failing.is("not-failed", "its saga", "FAILED", failing.state().saga, "a refused compensation needs an operator")
	s.wasRerun()

	t.Step("read the log and the metrics")
	for _, p := range []struct {
		*purchase
		status string
	}{{paid, "COMPLETED"}, {cancelled.purchase, "COMPENSATED"}} {
		line := p.once(settledEvent, failed)
		p.says(line, "info", map[string]string{"status": p.status})
	}
	line := failing.once(failed, settledEvent)
	failing.says(line, "error", map[string]string{"step": deductStep})
	t.True(strings.Contains(line.Field("reason"), "PRECONDITION_FAILED"), check.Failure{
		ID: "reason", Sentence: "the line " + failed + " does not say why the saga has failed",
		Expected: "reason is what the current step says: " + failing.state().problem, Seen: line.Raw, Why: "it tells an operator where to begin",
	})
	for _, outcome := range []string{"completed", "compensated", "failed"} {
		s.total(outcome, time.Since(began))
	}
}

// once waits for the line with which the end of the saga is reported, and fails if there is another one.
func (p *purchase) once(event, other string) stack.Line {
	p.s.t.True(p.s.t.Within(patience/2, func() bool { return len(p.logged(event)) > 0 }), check.Failure{
		ID: "unsaid", Sentence: p.at + ": the end of its saga is not in the log", Expected: event + " with its order_id",
		Seen: "no such line; " + p.state().String(), Why: "alerts and operators see sagas only by what is reported",
	})
	lines := p.logged(event)
	p.s.t.True(len(lines) == 1 && len(p.logged(other)) == 0, check.Failure{
		ID: "twice", Sentence: p.at + ": the end of its saga is reported more than once",
		Expected: event + " once, and no " + other, Seen: fmt.Sprintf("%s: %d, %s: %d", event, len(lines), other, len(p.logged(other))),
		Why: "a transaction may be rolled back at its commit and run again: what it says before is not true yet",
	})
	return lines[0]
}

// says fails unless the line has this level, these fields, and names the saga.
func (p *purchase) says(line stack.Line, level string, fields map[string]string) {
	st := p.state()
	fields["saga_id"], fields["saga_type"] = st.sagaID, st.sagaType
	for name, want := range fields {
		p.s.t.True(line.Field(name) == want && line.Level == level, check.Failure{
			ID: "fields", Sentence: fmt.Sprintf("%s: the line %s is incomplete", p.at, line.Event),
			Expected: fmt.Sprintf("level %s, %s %s", level, name, want), Seen: line.Raw, Why: "alerts and operators look for these",
		})
	}
}

// total fails unless one saga is counted with this outcome, and its duration with it.
func (s *shop) total(outcome string, elapsed time.Duration) {
	labels := map[string]string{"type": createOrder, "outcome": outcome}
	var counted, measured float64
	s.t.Within(patience/2, func() bool {
		metrics, err := telemetry.Scrape(s.t.Context(), s.Service("order").MetricsAddr)
		s.t.Ours("read the metrics of order", err)
		counted, _ = metrics.Sum("sagas_total", labels)
		measured, _ = metrics.Sum("saga_duration_seconds", labels)
		return counted >= 1 && measured >= 1
	})
	s.t.True(counted == 1 && measured == 1, check.Failure{
		ID: "metrics", Sentence: "sagas_total and saga_duration_seconds do not count a saga that ended as " + outcome,
		Expected: "1 and 1", Seen: fmt.Sprintf("%v and %v", counted, measured), Why: "the rate of failed sagas is an alert",
	})
	metrics, err := telemetry.Scrape(s.t.Context(), s.Service("order").MetricsAddr)
	s.t.Ours("read the metrics of order", err)
	for _, metric := range metrics["saga_duration_seconds"].GetMetric() {
		for _, label := range metric.GetLabel() {
			if sum := metric.GetHistogram().GetSampleSum(); label.GetName() == "outcome" && label.GetValue() == outcome {
				s.t.True(sum <= elapsed.Seconds() && (sum > 0 || metric.GetHistogram().GetSampleCount() == 0), check.Failure{
					ID: "duration", Sentence: "saga_duration_seconds does not say how long a saga took",
					Expected: fmt.Sprintf("more than 0 and less than %.1f seconds for one that ended as %s", elapsed.Seconds(), outcome),
					Seen:     fmt.Sprintf("%v seconds", sum), Why: "it is the time from the request to the end: from StartedAt until now",
				})
			}
		}
	}
}
