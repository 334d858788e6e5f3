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
	h.server.SetServingStatus(Readiness, status)
	h.metrics.ready.Set(value)
	h.log.Log(level, "readiness changed", logging.Event("platform.readiness.changed"),
		zap.Bool("ready", ready), zap.Bool("stopping", h.shutdown), zap.Strings("down", h.down()))
}
