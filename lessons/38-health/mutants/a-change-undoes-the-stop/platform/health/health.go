package health

import (
	"slices"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc/health/grpc_health_v1"

	"shop/platform/logging"
)

// update publishes readiness if it has changed. The caller holds the lock, so that two updates arrive in their order.
func (h *Health) update() {
	ready := !slices.ContainsFunc(h.requires, h.missing)
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

// Shutdown makes the process not ready, for good: no probe that succeeds later turns it back. It stays alive.
func (h *Health) Shutdown() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shutdown = true
	if h.ready {
		h.ready = false
		setReadiness(h.server, grpc_health_v1.HealthCheckResponse_NOT_SERVING)
		h.metrics.ready.Set(0)
	}
}
