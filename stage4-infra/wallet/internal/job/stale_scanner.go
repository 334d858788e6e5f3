// Package job has the background work of the service.
package job

import (
	"context"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/platform/periodic"
	"shop/wallet/internal/usecase"
)

// StaleScanner settles stale payments when the service starts, because a crash may have left some, and then at every interval. A payment
// that is not settled when the scanner stops is left to another scanner.
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
