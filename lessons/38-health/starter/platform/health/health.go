package health

import (
	"context"
	"sync"

	grpchealth "google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// Health is the state of the process. Liveness never follows a dependency: a restart does not repair a database.
type Health struct {
	params  Params
	metrics *metrics
	server  *grpchealth.Server

	mu              sync.Mutex
	ready, shutdown bool
}

// New returns a Health that is not ready, unless no probe is required. Nothing is probed yet.
func New(p Params) (*Health, error) {
	if _, err := p.Requires.parse(p.Probes); err != nil {
		return nil, err
	}
	h := &Health{params: p, metrics: newMetrics(p.Registry), server: newServer()}
	// TODO: as in stage 2, the process is ready from its start.
	h.ready = true
	setReadiness(h.server, grpc_health_v1.HealthCheckResponse_SERVING)
	return h, nil
}

// Start probes in the background until Stop. Each probe has a goroutine of its own, so that one that hangs does not delay the others.
func (h *Health) Start(context.Context) error {
	// TODO: run the probes. Their contexts begin with trace.ContextWithSpanContext(context.Background(), untraced()).
	return nil
}

// Stop ends the probes. It does not wait for a probe that ignores its context.
func (h *Health) Stop(context.Context) error {
	// TODO
	return nil
}

// Shutdown makes the process not ready, for good: no probe that succeeds later turns it back. It stays alive.
func (h *Health) Shutdown() {
	h.mu.Lock()
	defer h.mu.Unlock()
	// TODO: this is what gRPC's health server does by itself.
	h.ready, h.shutdown = false, true
	h.server.Shutdown()
}

// State returns the state now.
func (h *Health) State() State {
	h.mu.Lock()
	defer h.mu.Unlock()
	// TODO
	return State{Ready: h.ready, Stopping: h.shutdown, Probes: map[string]bool{}}
}

// watch runs one probe until ctx ends.
//
//stagecraft:drop
func (h *Health) watch(ctx context.Context, m *monitor) {}

//stagecraft:drop
func (h *Health) observe(m *monitor, err error) (wasUp bool) { return false }

//stagecraft:drop
func (h *Health) interval(wasUp bool) {}

//stagecraft:drop
func (h *Health) update() {}

//stagecraft:drop
func (h *Health) missing(alternatives []string) bool { return false }

//stagecraft:drop
func (h *Health) down() {}

//stagecraft:drop
func (h *Health) monitor(name string) {}
