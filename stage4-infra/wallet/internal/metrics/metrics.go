// Package metrics has the business metrics. The values of each label are few and fixed, and each series exists from the start: a rate over
// a series that appears with its first event would miss that event.
package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shop/platform/telemetry"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/payment"
)

// outcomes are the label values of settled top-ups, by status.
var outcomes = map[domain.PaymentStatus]string{domain.PaymentBooked: "booked", domain.PaymentDeclined: "declined"}

// voided are the label values of voided top-ups, by failure.
var voided = map[domain.PaymentFailureCode]string{
	domain.FailureNotBooked: "not_booked",
	domain.FailureAbandoned: "abandoned",
}

// Metrics are the counters of the wallet service.
type Metrics struct {
	topUps    *prometheus.CounterVec
	unsettled *prometheus.GaugeVec
	requests  *prometheus.CounterVec
	duration  *prometheus.HistogramVec
}

// New returns metrics that are registered with the registry.
func New(registry *prometheus.Registry) *Metrics {
	m := &Metrics{
		topUps: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "top_ups_total",
			Help: "Settled top-ups by card, by outcome.",
		}, []string{"outcome"}),
		unsettled: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "payments_unsettled",
			Help: "Unsettled payments at the last scan, by status. All replicas report the same payments: aggregate with max.",
		}, []string{"status"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "payment_provider_requests_total",
			Help: "Calls to the payment provider, by outcome.",
		}, []string{"operation", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "payment_provider_request_duration_seconds",
			Help:    "Duration of calls to the payment provider, until the answer or the timeout.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"operation"}),
	}
	for _, outcome := range outcomes {
		m.topUps.WithLabelValues(outcome)
	}
	for _, outcome := range voided {
		m.topUps.WithLabelValues(outcome)
	}
	m.PaymentsUnsettled(nil)
	for _, operation := range payment.Operations {
		m.duration.WithLabelValues(operation)
		for _, outcome := range payment.Outcomes {
			m.requests.WithLabelValues(operation, outcome)
		}
	}
	registry.MustRegister(m.topUps, m.unsettled, m.requests, m.duration)
	return m
}

// PaymentChanged counts a payment that is settled.
func (m *Metrics) PaymentChanged(event domain.PaymentEvent) {
	outcome := outcomes[event.Status]
	if event.Status == domain.PaymentVoided {
		outcome = voided[event.Failure]
	}
	if outcome != "" {
		m.topUps.WithLabelValues(outcome).Inc()
	}
}

// PaymentsUnsettled sets the number of unsettled payments of each status; a missing status means none.
func (m *Metrics) PaymentsUnsettled(counts map[domain.PaymentStatus]int64) {
	for _, status := range domain.UnsettledPaymentStatuses() {
		m.unsettled.WithLabelValues(string(status)).Set(float64(counts[status]))
	}
}

// ProviderAnswered counts one call, with the trace of ctx as exemplar of the duration.
func (m *Metrics) ProviderAnswered(ctx context.Context, operation, outcome string, took time.Duration) {
	m.requests.WithLabelValues(operation, outcome).Inc()
	telemetry.Observe(ctx, m.duration.WithLabelValues(operation), took.Seconds())
}
