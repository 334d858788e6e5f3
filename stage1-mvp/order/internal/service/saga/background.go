package saga

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/platform/parallel"
)

// Runner drives a new saga to its end.
type Runner interface {
	Run(ctx context.Context, s *Saga) error
}

// Background drives sagas independently of the requests that began them: a client that hangs up does not undo its purchase. It knows
// which requests it is working on, so that repetitions can wait for the answer without asking the database.
type Background struct {
	runner  Runner
	running sync.WaitGroup

	mu        sync.Mutex
	byRequest map[Request]chan struct{}
}

// NewBackground returns a Background that drives nothing yet.
func NewBackground(runner Runner) *Background {
	return &Background{runner: runner, byRequest: make(map[Request]chan struct{})}
}

// Go drives the saga in the background. The channel gets the error of Run and is closed.
func (b *Background) Go(ctx context.Context, s *Saga) <-chan error {
	ctx = context.WithoutCancel(ctx)
	ended, result := make(chan struct{}), make(chan error, 1)
	b.mu.Lock()
	b.byRequest[s.Request] = ended
	b.mu.Unlock()
	b.running.Go(func() {
		defer close(result)
		defer func() {
			b.mu.Lock()
			delete(b.byRequest, s.Request)
			b.mu.Unlock()
			close(ended)
		}()
		result <- b.run(ctx, s)
	})
	return result
}

// Ended returns a channel that is closed when the saga of this request is not driven here any more; nil if it is not driven here.
func (b *Background) Ended(request Request) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.byRequest[request]
}

// Wait returns when no saga is driven any more, or with the error of ctx when that ends before.
func (b *Background) Wait(ctx context.Context) error { return parallel.Await(ctx, b.running.Wait) }

// run turns a panic into an error: no server stands above this goroutine to recover it.
func (b *Background) run(ctx context.Context, s *Saga) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
			logging.From(ctx).Error("panic", logging.Event("order.saga.panicked"), zap.String("saga_id", s.ID), logging.Error(err),
				zap.ByteString("stack", debug.Stack()))
		}
	}()
	return b.runner.Run(ctx, s)
}
