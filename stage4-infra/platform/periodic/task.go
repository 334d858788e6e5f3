// Package periodic repeats work in the background for as long as a service runs.
package periodic

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/platform/parallel"
)

// Task is work that is done at once and then again at every interval, never twice at the same time.
type Task struct {
	interval time.Duration
	work     func(ctx context.Context)
	log      *zap.Logger

	cancel  context.CancelFunc
	running sync.WaitGroup
}

// New returns a Task that is not running. The context passed to work carries the logger and ends with Stop.
func New(interval time.Duration, log *zap.Logger, work func(ctx context.Context)) *Task {
	return &Task{interval: max(interval, time.Millisecond), work: work, log: log}
}

// Start runs the work in the background until Stop.
func (t *Task) Start(context.Context) error {
	// The context given here ends with the start of the service.
	ctx, cancel := context.WithCancel(logging.Into(context.Background(), t.log))
	t.cancel = cancel
	t.running.Go(func() { t.loop(ctx) })
	return nil
}

// Stop ends the context of the work and waits for it, but not longer than ctx allows.
func (t *Task) Stop(ctx context.Context) error {
	t.cancel()
	return parallel.Await(ctx, t.running.Wait)
}

func (t *Task) loop(ctx context.Context) {
	ticker := time.NewTicker(t.interval)
	defer ticker.Stop()
	for {
		t.work(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
