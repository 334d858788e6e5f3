// Package metrics counts what matters to the business. Each label has few values, all known beforehand and present from the start: a rate
// over a series that appears only with its first event would miss that event.
package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"stagecraft/stage1-mvp/platform/telemetry"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
)

// outcomes are the label values for what becomes of top-ups, by event type.
var outcomes = map[string]string{
	"wallet.payment.booked":         "booked",
	"wallet.payment.declined":       "declined",
	"wallet.payment.refunded":       "refunded",
	"wallet.payment.refund_refused": "refund_refused",
}

// voided are the label values of voided top-ups, by the reason.
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

// New returns metrics that the registry shows.
func New(registry *prometheus.Registry) *Metrics {
	m := &Metrics{
		topUps: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "top_ups_total",
			Help: "Top-ups by card by what they came to. One that was booked and then refunded counts as both.",
		}, []string{"outcome"}),
		unsettled: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "payments_unsettled",
			Help: "Payments that somebody still has to work on, at the last look of the scanner. Every replica says the same: take the maximum.",
		}, []string{"status"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "payment_provider_requests_total",
			Help: "Calls to the payment provider, by what its answer proves.",
		}, []string{"operation", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "payment_provider_request_duration_seconds",
			Help:    "Time until the payment provider answered, or until nobody waited any more.",
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

// PaymentChanged counts a payment that has reached an end, at least for the time being.
func (m *Metrics) PaymentChanged(eventType string, failure domain.PaymentFailureCode) {
	outcome := outcomes[eventType]
	if eventType == "wallet.payment.voided" {
		outcome = voided[failure]
	}
	if outcome != "" {
		m.topUps.WithLabelValues(outcome).Inc()
	}
}

// PaymentsUnsettled shows how many payments of each status are not settled; a status that is missing has none.
func (m *Metrics) PaymentsUnsettled(counts map[domain.PaymentStatus]int64) {
	for _, status := range domain.UnsettledPaymentStatuses() {
		m.unsettled.WithLabelValues(string(status)).Set(float64(counts[status]))
	}
}

// ProviderAnswered counts one call, with the trace of ctx as exemplar of its duration.
func (m *Metrics) ProviderAnswered(ctx context.Context, operation, outcome string, took time.Duration) {
	m.requests.WithLabelValues(operation, outcome).Inc()
	telemetry.Observe(ctx, m.duration.WithLabelValues(operation), took.Seconds())
}
