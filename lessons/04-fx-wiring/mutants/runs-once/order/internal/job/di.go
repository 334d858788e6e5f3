package job

import (
	"context"

	"go.uber.org/fx"
)

// Module runs the jobs.
var Module = fx.Module("job",
	fx.Provide(NewStaleScanner, NewPruner),
	fx.Invoke(func(lc fx.Lifecycle, s *StaleScanner, p *Pruner) {
		lc.Append(fx.Hook{OnStart: s.Start, OnStop: s.Stop})
		ctx, cancel := context.WithCancel(context.Background())
		lc.Append(fx.Hook{
			OnStart: func(context.Context) error {
				go p.once(ctx)
				return nil
			},
			OnStop: func(context.Context) error {
				cancel()
				return nil
			},
		})
	}),
)
