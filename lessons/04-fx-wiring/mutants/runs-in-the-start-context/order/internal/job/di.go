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
		lc.Append(fx.StartHook(func(ctx context.Context) {
			go func() {
				for ctx.Err() == nil {
					s.once(ctx)
					select {
					case <-time.After(50 * time.Millisecond):
					case <-ctx.Done():
					}
				}
			}()
		}))
		lc.Append(fx.Hook{OnStart: p.Start, OnStop: p.Stop})
	}),
)
