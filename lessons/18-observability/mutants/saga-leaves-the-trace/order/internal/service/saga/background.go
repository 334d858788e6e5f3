package saga

import (
	"context"

	"go.opentelemetry.io/otel/trace"
)

// Go drives the saga in the background. The channel gets the error of Run and is closed.
func (b *Background) Go(ctx context.Context, s *Saga) <-chan error {
	// The saga may outlive its request, whose span has ended by then.
	ctx = trace.ContextWithSpanContext(context.WithoutCancel(ctx), trace.SpanContext{})
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
