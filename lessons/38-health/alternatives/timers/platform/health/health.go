package health

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	grpchealth "google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"

	"shop/platform/logging"
	"shop/platform/parallel"
)

// Health has no loops: each run of a probe sets the timer of the next one.
type Health struct {
	cfg        Config
	conditions [][]string
	log        *zap.Logger
	metrics    *metrics
	server     *grpchealth.Server

	mu       sync.Mutex
	states   map[string]*probeState
	ready    bool
	shutdown bool
	ctx      context.Context
	cancel   context.CancelFunc
}

// New returns a Health that is not ready, unless no probe is required.
func New(p Params) (*Health, error) {
	conditions, err := p.Requires.parse(p.Probes)
	if err != nil {
		return nil, err
	}
	h := &Health{
		cfg: p.Config, conditions: conditions, log: p.Log, metrics: newMetrics(p.Registry), server: newServer(), states: map[string]*probeState{},
	}
	h.ctx, h.cancel = context.WithCancel(trace.ContextWithSpanContext(context.Background(), untraced()))
	for _, probe := range p.Probes {
		h.states[probe.Name] = &probeState{probe: probe}
		h.metrics.up.WithLabelValues(probe.Name).Set(0)
	}
	h.publish()
	return h, nil
}

// Start runs each probe once; the runs do the rest.
func (h *Health) Start(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.states {
		s.timer = time.AfterFunc(0, func() { h.begin(s) })
	}
	return nil
}

// Stop stops the timers.
func (h *Health) Stop(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cancel()
	for _, s := range h.states {
		if s.timer != nil {
			s.timer.Stop()
		}
	}
	return nil
}

// Shutdown makes the process not ready, for good.
func (h *Health) Shutdown() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shutdown = true
	h.publish()
}

// State returns the state now.
func (h *Health) State() State {
	h.mu.Lock()
	defer h.mu.Unlock()
	state := State{Ready: h.ready, Stopping: h.shutdown, Probes: map[string]bool{}}
	for name, s := range h.states {
		state.Probes[name] = s.up
	}
	return state
}

// begin starts a run, with a second timer for its end.
//
//stagecraft:add
func (h *Health) begin(s *probeState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx.Err() != nil {
		return
	}
	if s.hanging {
		h.result(s, false)
		return
	}
	s.hanging = true
	s.generation++
	generation := s.generation
	ctx, cancel := context.WithTimeout(h.ctx, h.cfg.Timeout)
	s.timer = time.AfterFunc(h.cfg.Timeout, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if s.generation == generation && s.hanging {
			s.generation++
			h.result(s, false)
		}
	})
	go func() {
		defer cancel()
		err := parallel.Protect(func() error { return s.probe.Check(ctx) })
		h.mu.Lock()
		defer h.mu.Unlock()
		s.hanging = false
		if s.generation == generation {
			s.timer.Stop()
			h.result(s, err == nil)
		}
	}()
}

// result counts a result and sets the timer of the next run.
//
//stagecraft:add
func (h *Health) result(s *probeState, ok bool) {
	if h.ctx.Err() != nil {
		return
	}
	if s.count(ok, h.cfg) {
		value := 0.0
		if s.up {
			value = 1
		}
		h.metrics.up.WithLabelValues(s.probe.Name).Set(value)
		h.log.Info("probe changed", logging.Event("platform.probe.changed"), zap.String("probe", s.probe.Name), zap.Bool("up", s.up))
		h.publish()
	}
	pause := h.cfg.StartInterval
	if s.wasUp {
		pause = h.cfg.Interval
	}
	pause += time.Duration(h.cfg.Jitter * (rand.Float64() - 0.5) * float64(pause))
	s.timer = time.AfterFunc(pause, func() { h.begin(s) })
}

// publish says everywhere whether the process is ready.
//
//stagecraft:add
func (h *Health) publish() {
	h.ready = !h.shutdown
	for _, condition := range h.conditions {
		met := false
		for _, name := range condition {
			met = met || h.states[name].up
		}
		h.ready = h.ready && met
	}
	if h.ready {
		setReadiness(h.server, grpc_health_v1.HealthCheckResponse_SERVING)
		h.metrics.ready.Set(1)
	} else {
		setReadiness(h.server, grpc_health_v1.HealthCheckResponse_NOT_SERVING)
		h.metrics.ready.Set(0)
	}
}

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
