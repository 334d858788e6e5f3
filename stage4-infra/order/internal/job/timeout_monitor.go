// Package job has what the service does on its own initiative.
package job

import (
	"context"

	"go.uber.org/zap"

	"shop/order/internal/usecase"
	"shop/platform/logging"
	"shop/platform/periodic"
)

// TimeoutMonitor looks for sagas that have waited too long for a reply, when the service starts and then at every interval.
type TimeoutMonitor struct {
	*periodic.Task
	timeOut *usecase.TimeOutSagas
	log     *zap.Logger
}

// NewTimeoutMonitor returns a monitor that is not running.
func NewTimeoutMonitor(cfg usecase.TimeoutConfig, timeOut *usecase.TimeOutSagas, log *zap.Logger) *TimeoutMonitor {
	m := &TimeoutMonitor{timeOut: timeOut, log: log}
	m.Task = periodic.New(cfg.Interval, log, m.once)
	return m
}

func (m *TimeoutMonitor) once(ctx context.Context) {
	moved, err := m.timeOut.Execute(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		m.log.Error("scan for stale sagas failed", logging.Event("order.saga.scan_failed"), logging.Error(err))
	case moved > 0:
		m.log.Info("stale sagas moved", logging.Event("order.saga.scanned"), zap.Int("moved", moved))
	}
}
