// Package health says whether a process lives and whether it is ready for traffic. Probes ask the dependencies in the background, so that an
// answer about health is never late because a dependency is.
package health

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	grpchealth "google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"

	"shop/platform/logging"
)

// Params are the dependencies of Health.
type Params struct {
	Config   Config
	Requires Requirement
	Probes   []Probe
	Log      *zap.Logger
	Registry *prometheus.Registry
}

// Health is the state of the process. Liveness never follows a dependency: a restart does not repair a database.
type Health struct {
	cfg      Config
	requires [][]string
	monitors []*monitor
	log      *zap.Logger
	metrics  *metrics
	server   *grpchealth.Server

	mu              sync.Mutex
	ready, shutdown bool

	cancel  context.CancelFunc
	running sync.WaitGroup
}

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
		h.monitors = append(h.monitors, &monitor{Probe: probe, running: ended})
		h.metrics.up.WithLabelValues(probe.Name).Set(0)
	}
	h.update()
	return h, nil
}

// Start probes in the background until Stop. Each probe has a goroutine of its own, so that one that hangs does not delay the others.
func (h *Health) Start(context.Context) error {
	// Probes are not traced: their parent is a span that is not sampled.
	ctx, cancel := context.WithCancel(trace.ContextWithSpanContext(context.Background(), untraced()))
	h.cancel = cancel
	for _, m := range h.monitors {
		h.running.Go(func() { h.watch(ctx, m) })
	}
	return nil
}

// Stop ends the probes. It does not wait for a probe that ignores its context.
func (h *Health) Stop(context.Context) error {
	h.cancel()
	h.running.Wait()
	return nil
}

// Shutdown makes the process not ready, for good: no probe that succeeds later turns it back. It stays alive.
func (h *Health) Shutdown() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shutdown = true
	h.update()
}

// State is what Health reports over HTTP. It has no errors: those name addresses, and are in the log.
type State struct {
	Ready, Stopping bool
	// Probes has, for each name, whether the probe is up.
	Probes map[string]bool
}

// State returns the state now.
func (h *Health) State() State {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := State{Ready: h.ready, Stopping: h.shutdown, Probes: make(map[string]bool, len(h.monitors))}
	for _, m := range h.monitors {
		s.Probes[m.Name] = m.up
	}
	return s
}

func untraced() trace.SpanContext {
	cfg := trace.SpanContextConfig{}
	binary.BigEndian.PutUint64(cfg.TraceID[:], rand.Uint64())
	binary.BigEndian.PutUint64(cfg.SpanID[:], rand.Uint64())
	return trace.NewSpanContext(cfg)
}

func (h *Health) watch(ctx context.Context, m *monitor) {
	for {
		err := m.run(ctx, h.cfg.Timeout)
		if ctx.Err() != nil {
			return
		}
		wasUp := h.observe(m, err)
		select {
		case <-time.After(h.interval(wasUp)):
		case <-ctx.Done():
			return
		}
	}
}

// observe adds a result of a probe, and returns whether the probe has ever been up.
func (h *Health) observe(m *monitor, err error) (wasUp bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if m.observe(err, h.cfg) {
		level, up := zapcore.InfoLevel, 1.0
		if !m.up {
			level, up = zapcore.WarnLevel, 0
		}
		h.metrics.up.WithLabelValues(m.Name).Set(up)
		h.log.Log(level, "probe changed", logging.Event("platform.probe.changed"),
			zap.String("probe", m.Name), zap.Bool("up", m.up), logging.Error(err))
		h.update()
	}
	return m.wasUp
}

func (h *Health) interval(wasUp bool) time.Duration {
	d := h.cfg.StartInterval
	if wasUp {
		d = h.cfg.Interval
	}
	return d + time.Duration((rand.Float64()-0.5)*h.cfg.Jitter*float64(d))
}

// update publishes readiness if it has changed. The caller holds the lock, so that two updates arrive in their order.
func (h *Health) update() {
	ready := !h.shutdown && !slices.ContainsFunc(h.requires, h.missing)
	if ready == h.ready {
		return
	}
	h.ready = ready
	level, status, value := zapcore.InfoLevel, grpc_health_v1.HealthCheckResponse_SERVING, 1.0
	if !ready {
		status, value = grpc_health_v1.HealthCheckResponse_NOT_SERVING, 0
		if !h.shutdown {
			level = zapcore.WarnLevel
		}
	}
	setReadiness(h.server, status)
	h.metrics.ready.Set(value)
	h.log.Log(level, "readiness changed", logging.Event("platform.readiness.changed"),
		zap.Bool("ready", ready), zap.Bool("stopping", h.shutdown), zap.Strings("down", h.down()))
}

// missing reports that none of the probes is up.
func (h *Health) missing(alternatives []string) bool {
	return !slices.ContainsFunc(alternatives, func(name string) bool { return h.monitor(name).up })
}

func (h *Health) down() (names []string) {
	for _, m := range h.monitors {
		if !m.up {
			names = append(names, m.Name)
		}
	}
	return names
}

func (h *Health) monitor(name string) *monitor {
	for _, m := range h.monitors {
		if m.Name == name {
			return m
		}
	}
	return nil
}
