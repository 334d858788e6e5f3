package worker

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shop/platform/job"
	"shop/platform/telemetry"
)

// notStarted is the status, in metrics alone, of a run for which Redis or the database was unavailable: it has no row.
const notStarted = "NOT_STARTED"

// nameLabel is not "job": Prometheus sets that label on every target and would rename ours to exported_job.
const nameLabel = "job_name"

// Metrics implements job.Metrics. The job is a label, the window is not: there is a new one every day.
type Metrics struct {
	executions *prometheus.CounterVec
	duration   *prometheus.HistogramVec
	running    *prometheus.GaugeVec
}

// NewMetrics returns Metrics in the registry.
func NewMetrics(registry *prometheus.Registry) *Metrics {
	m := &Metrics{
		executions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "job_execution_total",
			Help: "Executions that ended, by job and status; NOT_STARTED are those that could not begin.",
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

// Expect implements job.Metrics: a rate over a series that appears with its first event misses that event.
func (m *Metrics) Expect(name string) {
	for _, status := range []string{string(job.Succeeded), string(job.Failed), notStarted} {
		m.executions.WithLabelValues(name, status)
	}
	m.duration.WithLabelValues(name)
	m.running.WithLabelValues(name)
}

// Started implements job.Metrics.
func (m *Metrics) Started(ctx context.Context, name string) (ended func(job.Status)) {
	m.running.WithLabelValues(name).Inc()
	started := time.Now()
	return func(status job.Status) {
		m.running.WithLabelValues(name).Dec()
		m.executions.WithLabelValues(name, string(status)).Inc()
		telemetry.Observe(ctx, m.duration.WithLabelValues(name), time.Since(started).Seconds())
	}
}

// NotStarted implements job.Metrics.
func (m *Metrics) NotStarted(name string) { m.executions.WithLabelValues(name, notStarted).Inc() }
