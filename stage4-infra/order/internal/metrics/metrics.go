// Package metrics counts what matters to the business. Each label has few values, all known in advance and present from the start: a rate
// over a series that appears only with its first event would miss that event. Only currencies, of which there are some 150, appear when
// they are first used.
package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
)

const other = "other"

// outcomes are the label values for how orders end.
var outcomes = map[domain.CancelCode]string{
	domain.CancelOutOfStock:          "out_of_stock",
	domain.CancelInsufficientBalance: "insufficient_balance",
	domain.CancelRefused:             "refused",
	domain.CancelUncertain:           "uncertain",
	domain.CancelInterrupted:         "interrupted",
	domain.CancelByBuyer:             "cancelled_by_buyer",
	domain.CancelByAdmin:             "cancelled_by_admin",
}

const paid = "paid"

var settled = map[saga.Status]string{
	saga.Completed:   "completed",
	saga.Compensated: "compensated",
	saga.Failed:      "failed",
}

// Metrics are the counters of the order service.
type Metrics struct {
	orders    *prometheus.CounterVec
	value     *prometheus.CounterVec
	sagas     *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	unsettled *prometheus.GaugeVec
	failed    *prometheus.GaugeVec
	stuck     *prometheus.GaugeVec
	behind    *prometheus.HistogramVec
}

// New returns metrics that the registry shows.
func New(registry *prometheus.Registry) *Metrics {
	m := &Metrics{
		orders: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "orders_total",
			Help: "Orders by outcome. One that was paid and then cancelled counts as both.",
		}, []string{"outcome"}),
		value: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "order_value_minor_total",
			Help: "Totals of the orders that were paid, in minor units of their currency.",
		}, []string{"currency"}),
		sagas: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sagas_total",
			Help: "Sagas that were settled, by type and outcome.",
		}, []string{"type", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "saga_duration_seconds",
			Help:    "Time from the request to the end of its saga, by type and outcome.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900},
		}, []string{"type", "outcome"}),
		unsettled: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "sagas_unsettled",
			Help: "Sagas in progress at the last scan. Every replica reports the same: take the maximum.",
		}, []string{"type"}),
		failed: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "sagas_failed",
			Help: "Sagas that wait for an operator at the last scan. Every replica reports the same: take the maximum.",
		}, []string{"type"}),
		stuck: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "sagas_stuck",
			Help: "Sagas that have been open for too long at the last scan. Every replica reports the same: take the maximum.",
		}, []string{"type"}),
		behind: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "order_projection_lag_seconds",
			Help:    "Time from an event to its place in the read model of lists, by type of event.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300},
		}, []string{"event"}),
	}
	m.orders.WithLabelValues(paid)
	for _, outcome := range outcomes {
		m.orders.WithLabelValues(outcome)
	}
	for _, sagaType := range saga.Types() {
		m.unsettled.WithLabelValues(sagaType)
		m.failed.WithLabelValues(sagaType)
		m.stuck.WithLabelValues(sagaType)
		for _, outcome := range settled {
			m.sagas.WithLabelValues(sagaType, outcome)
			m.duration.WithLabelValues(sagaType, outcome)
		}
	}
	registry.MustRegister(m.orders, m.value, m.sagas, m.duration, m.unsettled, m.failed, m.stuck, m.behind)
	return m
}

// EventProjected observes how far the read model was behind when it got an event. The consumer's bindings bound the types.
func (m *Metrics) EventProjected(eventType string, behind time.Duration) {
	m.behind.WithLabelValues(eventType).Observe(behind.Seconds())
}

// OrderPaid counts an order whose money was taken.
func (m *Metrics) OrderPaid(total domain.Money) {
	m.orders.WithLabelValues(paid).Inc()
	m.value.WithLabelValues(total.Currency()).Add(float64(total.MinorUnits()))
}

// OrderCancelled counts an order that was cancelled.
func (m *Metrics) OrderCancelled(code domain.CancelCode) {
	m.orders.WithLabelValues(known(outcomes, code)).Inc()
}

// SagaSettled counts a saga that waits for no reply any more.
func (m *Metrics) SagaSettled(sagaType string, status saga.Status, took time.Duration) {
	outcome := known(settled, status)
	m.sagas.WithLabelValues(sagaType, outcome).Inc()
	m.duration.WithLabelValues(sagaType, outcome).Observe(max(took, 0).Seconds())
}

// OpenSagas sets how many sagas of each type are in progress, have failed, and are stuck; what is missing is none.
func (m *Metrics) OpenSagas(counts []saga.Count) {
	unsettled, failed, stuck := make(map[string]int64), make(map[string]int64), make(map[string]int64)
	for _, count := range counts {
		stuck[count.Type] += count.Stuck
		if count.Status == saga.Failed {
			failed[count.Type] += count.N
		} else {
			unsettled[count.Type] += count.N
		}
	}
	for _, sagaType := range saga.Types() {
		m.unsettled.WithLabelValues(sagaType).Set(float64(unsettled[sagaType]))
		m.failed.WithLabelValues(sagaType).Set(float64(failed[sagaType]))
		m.stuck.WithLabelValues(sagaType).Set(float64(stuck[sagaType]))
	}
}

func known[K comparable](labels map[K]string, key K) string {
	if label, ok := labels[key]; ok {
		return label
	}
	return other
}
