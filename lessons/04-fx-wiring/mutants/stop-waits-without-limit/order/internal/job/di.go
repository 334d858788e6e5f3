package job

import (
	"context"
	"time"

	"go.uber.org/fx"
)

// Module runs the jobs.
var Module = fx.Module("job",
	fx.Provide(NewStaleScanner, NewPruner),
	fx.Invoke(func(lc fx.Lifecycle, s *StaleScanner, p *Pruner) {
		done := make(chan struct{})
		stopped := make(chan struct{})
		lc.Append(fx.Hook{
			OnStart: func(context.Context) error {
				go func() {
					defer close(stopped)
					for {
						s.once(context.Background())
						select {
						case <-time.After(50 * time.Millisecond):
						case <-done:
							return
						}
					}
				}()
				return nil
			},
			OnStop: func(ctx context.Context) error {
				close(done)
				select {
				case <-stopped:
				case <-ctx.Done():
				}
				return ctx.Err()
			},
		})
		lc.Append(fx.Hook{OnStart: p.Start, OnStop: p.Stop})
	}),
)
