// Package metrics counts what matters to the business. Each label has few values, all known in advance and present from the start: a rate
// over a series that appears only with its first event would miss that event. Only currencies, of which there are some 150, appear when
// they are first used.
package metrics

import (
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
	unsettled *prometheus.GaugeVec
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
		unsettled: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "sagas_unsettled",
			Help: "Sagas in progress at the last scan. Every replica reports the same: take the maximum.",
		}, []string{"type"}),
	}
	m.orders.WithLabelValues(paid)
	for _, outcome := range outcomes {
		m.orders.WithLabelValues(outcome)
	}
	for _, sagaType := range saga.Types() {
		m.unsettled.WithLabelValues(sagaType)
		for _, outcome := range settled {
			m.sagas.WithLabelValues(sagaType, outcome)
		}
	}
	registry.MustRegister(m.orders, m.value, m.sagas, m.unsettled)
	return m
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

// SagaSettled counts a saga that needs no more work.
func (m *Metrics) SagaSettled(sagaType string, status saga.Status) {
	m.sagas.WithLabelValues(sagaType, known(settled, status)).Inc()
}

// SagasUnsettled sets how many sagas of each type are not settled; a type that is missing has none.
func (m *Metrics) SagasUnsettled(counts map[string]int64) {
	for _, sagaType := range saga.Types() {
		m.unsettled.WithLabelValues(sagaType).Set(float64(counts[sagaType]))
	}
}

func known[K comparable](labels map[K]string, key K) string {
	if label, ok := labels[key]; ok {
		return label
	}
	return other
}
