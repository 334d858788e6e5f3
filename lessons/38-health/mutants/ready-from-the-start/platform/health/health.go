package health

import (
	"fmt"
)

// New returns a Health that is not ready, unless no probe is required. Nothing is probed yet.
func New(p Params) (*Health, error) {
	requires, err := p.Requires.parse(p.Probes)
	if err != nil {
		return nil, err
	}
	h := &Health{cfg: p.Config, requires: requires, log: p.Log, metrics: newMetrics(p.Registry), server: newServer(), cancel: func() {}}
	for _, probe := range p.Probes {
		if h.monitor(probe.Name) != nil {
			return nil, fmt.Errorf("two probes are named %s", probe.Name)
		}
		ended := make(chan struct{})
		close(ended)
		h.monitors = append(h.monitors, &monitor{Probe: probe, running: ended, up: true, wasUp: true})
		h.metrics.up.WithLabelValues(probe.Name).Set(1)
	}
	h.update()
	return h, nil
}
