package outbox

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are of this process, but for those of the backlog, which every replica measures in the same table.
type Metrics struct {
	latency prometheus.Histogram
	retries prometheus.Counter
	failed  prometheus.Counter
	paused  prometheus.Counter
	leases  prometheus.Gauge

	backlog prometheus.Gauge
	stuck   prometheus.Gauge
	oldest  prometheus.Gauge
	pruned  prometheus.Counter
}

// NewMetrics returns Metrics in the registry.
func NewMetrics(registry *prometheus.Registry) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &Metrics{
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "outbox_publish_latency_seconds",
			Help:    "Time from the commit of an event to the confirm of the broker.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300},
		}),
		retries: counter("outbox_retries_total", "Events that the broker refused and that are published again later."),
		failed:  counter("outbox_failed_total", "Events that the broker refused too often. Each stops its aggregate until an operator acts."),
		paused:  counter("outbox_pauses_total", "Batches that ended early because the broker or the database was unavailable."),
		leases:  gauge("outbox_leases", "Partitions that this relay owns."),
		backlog: gauge("outbox_backlog_events", "Events that are not sent."),
		stuck:   gauge("outbox_failed_events", "Events that have failed and wait for an operator."),
		oldest:  gauge("outbox_oldest_age_seconds", "Age of the oldest event that is not sent."),
		pruned:  counter("outbox_pruned_total", "Events that were deleted after the retention."),
	}
	registry.MustRegister(m.latency, m.retries, m.failed, m.paused, m.leases, m.backlog, m.stuck, m.oldest, m.pruned)
	return m
}

func (m *Metrics) sent(events []event) {
	now := time.Now()
	for _, e := range events {
		m.latency.Observe(max(0, now.Sub(e.created).Seconds())) // the clock is another one
	}
}
