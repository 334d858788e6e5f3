package job

import (
	"context"

	"go.uber.org/fx"
)

// Module runs the jobs.
var Module = fx.Module("job",
	fx.Provide(NewStaleScanner, NewPruner),
	fx.Invoke(func(lc fx.Lifecycle, s *StaleScanner, p *Pruner) {
		lc.Append(fx.Hook{
			OnStart: func(ctx context.Context) error {
				s.once(ctx)
				return s.Start(ctx)
			},
			OnStop: s.Stop,
		})
		lc.Append(fx.Hook{OnStart: p.Start, OnStop: p.Stop})
	}),
)
