package health

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Start probes in the background until Stop. Each probe has a goroutine of its own, so that one that hangs does not delay the others.
func (h *Health) Start(context.Context) error {
	// Probes are not traced: their parent is a span that is not sampled.
	ctx, cancel := context.WithCancel(trace.ContextWithSpanContext(context.Background(), untraced()))
	h.cancel = cancel
	h.running.Go(func() { h.watch(ctx) })
	return nil
}

func (h *Health) watch(ctx context.Context) {
	for {
		wasUp := true
		for _, m := range h.monitors {
			err := m.run(ctx, h.cfg.Timeout)
			if ctx.Err() != nil {
				return
			}
			wasUp = h.observe(m, err) && wasUp
		}
		select {
		case <-time.After(h.interval(wasUp)):
		case <-ctx.Done():
			return
		}
	}
}
