// Package metrics counts what matters to the business. Each label has few values, all known beforehand and present from the start: a rate
// over a series that appears only with its first event would miss that event.
package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"stagecraft/stage1-mvp/inventory/internal/domain"
)

const (
	held     = "held"
	released = "released"
)

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
			Help: "Reservations that were made and that were given back.",
		}, []string{"outcome"}),
		pieces: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "stock_reserved_pieces_total",
			Help: "Pieces of all articles that were reserved and that were given back.",
		}, []string{"outcome"}),
	}
	for _, outcome := range []string{held, released} {
		m.reservations.WithLabelValues(outcome)
		m.pieces.WithLabelValues(outcome)
	}
	registry.MustRegister(m.reservations, m.pieces)
	return m
}

// ReservationChanged counts one event of a reservation of this many pieces.
func (m *Metrics) ReservationChanged(event domain.Event, pieces int64) {
	outcome := held
	if _, ok := event.(domain.ReservationReleased); ok {
		outcome = released
	}
	m.reservations.WithLabelValues(outcome).Inc()
	m.pieces.WithLabelValues(outcome).Add(float64(pieces))
}
