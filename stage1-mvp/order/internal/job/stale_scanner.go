// Package job has what the service does on its own, without being asked.
package job

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/order/internal/usecase"
	"stagecraft/stage1-mvp/platform/logging"
)

// StaleScanner looks for stale sagas at every interval, first when the service starts: that is when a crash has just left some.
type StaleScanner struct {
	interval time.Duration
	scan     *usecase.ScanStaleSagas
	log      *zap.Logger

	cancel  context.CancelFunc
	running sync.WaitGroup
}

// NewStaleScanner returns a scanner that is not running.
func NewStaleScanner(cfg usecase.ScanConfig, scan *usecase.ScanStaleSagas, log *zap.Logger) *StaleScanner {
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

// Stop ends the scanning and waits for the saga that is being settled, but not longer than ctx allows: another scanner can finish it.
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
		s.log.Error("scan for stale sagas failed", logging.Event("order.saga.scan_failed"), logging.Error(err))
	case settled > 0:
		s.log.Info("stale sagas settled", logging.Event("order.saga.scanned"), zap.Int("settled", settled))
	}
}
