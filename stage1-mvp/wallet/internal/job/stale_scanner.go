// Package job has what the service does on its own, without being asked.
package job

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

// StaleScanner looks for stale payments at every interval, first when the service starts: that is when a crash has just left some.
type StaleScanner struct {
	interval time.Duration
	scan     *usecase.ScanStalePayments
	log      *zap.Logger

	cancel  context.CancelFunc
	running sync.WaitGroup
}

// NewStaleScanner returns a scanner that is not running.
func NewStaleScanner(cfg usecase.ScanConfig, scan *usecase.ScanStalePayments, log *zap.Logger) *StaleScanner {
	return &StaleScanner{interval: max(cfg.Interval, time.Millisecond), scan: scan, log: log}
}

// Start scans in the background until Stop.
func (s *StaleScanner) Start(context.Context) error {
	// The context given here ends with the start of the service.
	ctx, cancel := context.WithCancel(logging.Into(context.Background(), s.log))
	s.cancel = cancel
	s.running.Go(func() { s.loop(ctx) })
	return nil
}

// Stop ends the scanning and waits for the payments that are being settled, but not longer than ctx allows: another scanner can finish them.
func (s *StaleScanner) Stop(ctx context.Context) error {
	s.cancel()
	stopped := make(chan struct{})
	go func() {
		s.running.Wait()
		close(stopped)
	}()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *StaleScanner) loop(ctx context.Context) {
	ticker := time.NewTicker(s.interval)
	defer ticker.Stop()
	for {
		s.once(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
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
