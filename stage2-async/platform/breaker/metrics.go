package breaker

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sony/gobreaker/v2"
)

// Metrics shows the state of all breakers of a service.
type Metrics struct {
	state    *prometheus.GaugeVec
	opened   *prometheus.CounterVec
	refusals *prometheus.CounterVec
}

// states are the values of the gauge: a dashboard shows the largest one.
var states = map[gobreaker.State]float64{gobreaker.StateClosed: 0, gobreaker.StateHalfOpen: 1, gobreaker.StateOpen: 2}

// NewMetrics returns Metrics in the registry.
func NewMetrics(registry *prometheus.Registry) *Metrics {
	m := &Metrics{
		state: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "circuit_breaker_state",
			Help: "State of the circuit breaker of a dependency: 0 closed, 1 half-open, 2 open.",
		}, []string{"dependency"}),
		opened: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "circuit_breaker_opened_total",
			Help: "How often the circuit breaker of a dependency opened.",
		}, []string{"dependency"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "circuit_breaker_rejected_total",
			Help: "Calls that were not made because the circuit breaker of the dependency was not closed.",
		}, []string{"dependency"}),
	}
	registry.MustRegister(m.state, m.opened, m.refusals)
	return m
}

func (m *Metrics) expect(name string) {
	m.state.WithLabelValues(name).Set(states[gobreaker.StateClosed])
	m.opened.WithLabelValues(name)
	m.refusals.WithLabelValues(name)
}

func (m *Metrics) changed(name string, to gobreaker.State) {
	m.state.WithLabelValues(name).Set(states[to])
	if to == gobreaker.StateOpen {
		m.opened.WithLabelValues(name).Inc()
	}
}

func (m *Metrics) rejected(name string) { m.refusals.WithLabelValues(name).Inc() }
