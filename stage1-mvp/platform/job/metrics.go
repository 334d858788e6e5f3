package job

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"stagecraft/stage1-mvp/platform/telemetry"
)

// notStarted is the status, in metrics alone, of a run that Redis or the database did not let begin: it has no row.
const notStarted Status = "NOT_STARTED"

// nameLabel is not job, which is the label that Prometheus gives to what it scrapes: it would call ours exported_job.
const nameLabel = "job_name"

// metrics have the job as a label, never the window: there is a new one every day.
type metrics struct {
	executions *prometheus.CounterVec
	duration   *prometheus.HistogramVec
	running    *prometheus.GaugeVec
}

func newMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{
		executions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "job_execution_total",
			Help: "Executions that ended, by job and status; NOT_STARTED are those that could not even begin.",
		}, []string{nameLabel, "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "job_execution_duration_seconds",
			Help:    "Time from the start of an execution to its end.",
			Buckets: []float64{.01, .05, .1, .5, 1, 5, 10, 30, 60, 300, 600, 1800},
		}, []string{nameLabel}),
		running: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "job_currently_running",
			Help: "Executions that run in this process.",
		}, []string{nameLabel}),
	}
	registry.MustRegister(m.executions, m.duration, m.running)
	return m
}

// expect shows the series of a job from the start: a rate over one that appears with its first event misses that event.
func (m *metrics) expect(job string) {
	for _, status := range []Status{Succeeded, Failed, notStarted} {
		m.executions.WithLabelValues(job, string(status))
	}
	m.duration.WithLabelValues(job)
	m.running.WithLabelValues(job)
}

// begin counts an execution as running until the function that it returns is called with how it ended.
func (m *metrics) begin(ctx context.Context, job string) (end func(Status)) {
	m.running.WithLabelValues(job).Inc()
	started := time.Now()
	return func(status Status) {
		m.running.WithLabelValues(job).Dec()
		m.executions.WithLabelValues(job, string(status)).Inc()
		telemetry.Observe(ctx, m.duration.WithLabelValues(job), time.Since(started).Seconds())
	}
}
