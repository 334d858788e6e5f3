package breaker

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sony/gobreaker/v2"
)

// Metrics shows the state of all breakers of a service.
type Metrics struct {
	registry *prometheus.Registry
	opened   *prometheus.CounterVec
	refusals *prometheus.CounterVec
}

// states are the values of the gauge: a dashboard shows the largest one.
var states = map[gobreaker.State]float64{gobreaker.StateClosed: 0, gobreaker.StateHalfOpen: 1, gobreaker.StateOpen: 2}

// NewMetrics returns Metrics in the registry.
func NewMetrics(registry *prometheus.Registry) *Metrics {
	m := &Metrics{
		registry: registry,
		opened: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "circuit_breaker_opened_total",
			Help: "How often the circuit breaker of a dependency opened.",
		}, []string{"dependency"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "circuit_breaker_rejected_total",
			Help: "Calls that were not made because the circuit breaker of the dependency was not closed.",
		}, []string{"dependency"}),
	}
	registry.MustRegister(m.opened, m.refusals)
	return m
}

// watch shows the breaker from its start. The state is read when the metrics are: a breaker that is called no more is open until its time is
// up, and then half-open, not open for ever.
func (m *Metrics) watch(name string, state func() gobreaker.State) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "circuit_breaker_state",
		Help:        "State of the circuit breaker of a dependency: 0 closed, 1 half-open, 2 open.",
		ConstLabels: prometheus.Labels{"dependency": name},
	}, func() float64 { return states[state()] }))
	m.opened.WithLabelValues(name)
	m.refusals.WithLabelValues(name)
}

func (m *Metrics) changed(name string, to gobreaker.State) {
	if to == gobreaker.StateOpen {
		m.opened.WithLabelValues(name).Inc()
	}
}

func (m *Metrics) rejected(name string) { m.refusals.WithLabelValues(name).Inc() }
