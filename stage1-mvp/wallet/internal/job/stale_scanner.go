// Package job has what the service does on its own, without being asked.
package job

import (
	"context"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/platform/periodic"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

// StaleScanner looks for stale payments at every interval, first when the service starts: that is when a crash has just left some. One that is
// not settled when it is stopped is another scanner's to finish.
type StaleScanner struct {
	*periodic.Task
	scan *usecase.ScanStalePayments
	log  *zap.Logger
}

// NewStaleScanner returns a scanner that is not running.
func NewStaleScanner(cfg usecase.ScanConfig, scan *usecase.ScanStalePayments, log *zap.Logger) *StaleScanner {
	s := &StaleScanner{scan: scan, log: log}
	s.Task = periodic.New(cfg.Interval, log, s.once)
	return s
}

func (s *StaleScanner) once(ctx context.Context) {
	settled, err := s.scan.Execute(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.log.Error("scan for stale payments failed", logging.Event("wallet.payment.scan_failed"), logging.Error(err))
	case settled > 0:
		s.log.Info("stale payments settled", logging.Event("wallet.payment.scanned"), zap.Int("settled", settled))
	}
}
