// Package job has what the service does on its own, without being asked.
package job

import (
	"context"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/order/internal/usecase"
	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/platform/periodic"
)

// StaleScanner looks for stale sagas at every interval, first when the service starts: that is when a crash has just left some. One that is
// not settled when it is stopped is another scanner's to finish.
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
