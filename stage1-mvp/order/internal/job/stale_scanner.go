// Package job has what the service does on its own initiative.
package job

import (
	"context"

	"go.uber.org/zap"

	"shop/order/internal/usecase"
	"shop/platform/logging"
	"shop/platform/periodic"
)

// StaleScanner looks for stale sagas when the service starts, because a crash may just have left some, and then at every interval. A saga
// that is not settled when the scanner stops is left to another scanner.
type StaleScanner struct {
	*periodic.Task
	scan *usecase.ScanStaleSagas
	log  *zap.Logger
}

// NewStaleScanner returns a scanner that is not running.
func NewStaleScanner(cfg usecase.ScanConfig, scan *usecase.ScanStaleSagas, log *zap.Logger) *StaleScanner {
	s := &StaleScanner{scan: scan, log: log}
	s.Task = periodic.New(cfg.Interval, log, s.once)
	return s
}

func (s *StaleScanner) once(ctx context.Context) {
	settled, err := s.scan.Execute(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.log.Error("scan for stale sagas failed", logging.Event("order.saga.scan_failed"), logging.Error(err))
	case settled > 0:
		s.log.Info("stale sagas settled", logging.Event("order.saga.scanned"), zap.Int("settled", settled))
	}
}
