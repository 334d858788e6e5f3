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
		ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
		defer cancel()
		s.once(ctx)
		lc.Append(fx.Hook{OnStart: s.Start, OnStop: s.Stop})
		lc.Append(fx.Hook{OnStart: p.Start, OnStop: p.Stop})
	}),
)
