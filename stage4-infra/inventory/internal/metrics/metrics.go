// Package metrics counts what matters to the business. Each label has few values, all known beforehand and present from the start: a rate
// over a series that appears only with its first event would miss that event.
package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"shop/inventory/internal/domain"
)

// outcomes are the values of the label by the type of the event.
var outcomes = map[string]string{
	domain.ReservationHeld{}.EventType():     "held",
	domain.ReservationReleased{}.EventType(): "released",
	domain.ReservationShipped{}.EventType():  "shipped",
}

// Metrics are the counters of the inventory service.
type Metrics struct {
	reservations *prometheus.CounterVec
	pieces       *prometheus.CounterVec
}

// New returns metrics that the registry shows.
func New(registry *prometheus.Registry) *Metrics {
	m := &Metrics{
		reservations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "stock_reservations_total",
			Help: "Reservations that were held, released and shipped.",
		}, []string{"outcome"}),
		pieces: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "stock_reserved_pieces_total",
			Help: "Pieces of all products that were held, released and shipped.",
		}, []string{"outcome"}),
	}
	for _, outcome := range outcomes {
		m.reservations.WithLabelValues(outcome)
		m.pieces.WithLabelValues(outcome)
	}
	registry.MustRegister(m.reservations, m.pieces)
	return m
}

// ReservationChanged counts the event and its pieces.
func (m *Metrics) ReservationChanged(event domain.ReservationEvent) {
	outcome := outcomes[event.EventType()]
	m.reservations.WithLabelValues(outcome).Inc()
	m.pieces.WithLabelValues(outcome).Add(float64(event.About().Pieces()))
}
