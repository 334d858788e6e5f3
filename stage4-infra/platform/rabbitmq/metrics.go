package rabbitmq

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shop/platform/telemetry"
)

// metrics have labels with few values: the connections and queues of the service, and outcomes.
type metrics struct {
	up           *prometheus.GaugeVec
	published    *prometheus.HistogramVec
	handled      *prometheus.HistogramVec
	redeliveries *prometheus.CounterVec
	inFlight     *prometheus.GaugeVec
	deadLetters  *prometheus.GaugeVec
}

func newMetrics(registry *prometheus.Registry) *metrics {
	buckets := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	m := &metrics{
		up: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "rabbitmq_up",
			Help: "1 while the publisher, or the consumer of a queue, is connected to the broker.",
		}, []string{"connection"}),
		published: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "message_publish_seconds",
			Help:    "Time from publishing a message to the broker's answer, by outcome.",
			Buckets: buckets,
		}, []string{"outcome"}),
		handled: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "message_handling_seconds",
			Help:    "Time from taking a message to the end of its transaction, by queue and outcome.",
			Buckets: buckets,
		}, []string{"queue", "outcome"}),
		redeliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "message_redeliveries_total",
			Help: "Messages that were delivered before, by queue.",
		}, []string{"queue"}),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "messages_in_flight",
			Help: "Messages that are handled at the moment, by queue.",
		}, []string{"queue"}),
		deadLetters: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "dead_letters",
			Help: "Dead letters that wait for an operator, by the queue where they died. Every replica says the same.",
		}, []string{"queue"}),
	}
	registry.MustRegister(m.up, m.published, m.handled, m.redeliveries, m.inFlight, m.deadLetters)
	return m
}

// expect makes the series of a queue before its first message: a rate over a series that appears with its first event misses that event.
func (m *metrics) expect(queue string) {
	for _, outcome := range []string{outcomeDone, outcomeRequeued, outcomeDead} {
		m.handled.WithLabelValues(queue, outcome)
	}
	m.redeliveries.WithLabelValues(queue)
	m.inFlight.WithLabelValues(queue)
}

func (m *metrics) connected(name string, up bool) {
	value := 0.0
	if up {
		value = 1
	}
	m.up.WithLabelValues(name).Set(value)
}

// sent starts the time of a publication. The function that it returns ends it.
func (m *metrics) sent() func(err error) {
	started := time.Now()
	return func(err error) {
		m.published.WithLabelValues(publishOutcome(err)).Observe(time.Since(started).Seconds())
	}
}

func publishOutcome(err error) string {
	switch {
	case err == nil:
		return "confirmed"
	case errors.Is(err, ErrUnroutable):
		return "unroutable"
	case errors.Is(err, ErrNacked):
		return "nacked"
	default:
		return "unknown"
	}
}

// received starts the time of a delivery. The function that it returns ends it.
func (m *metrics) received(queue string, redelivered bool) func(ctx context.Context, outcome string) {
	if redelivered {
		m.redeliveries.WithLabelValues(queue).Inc()
	}
	m.inFlight.WithLabelValues(queue).Inc()
	started := time.Now()
	return func(ctx context.Context, outcome string) {
		m.inFlight.WithLabelValues(queue).Dec()
		telemetry.Observe(ctx, m.handled.WithLabelValues(queue, outcome), time.Since(started).Seconds())
	}
}
