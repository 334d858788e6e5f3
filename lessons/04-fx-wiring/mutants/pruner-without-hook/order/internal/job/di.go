package job

import (
	"go.uber.org/fx"
)

// Module runs the jobs.
var Module = fx.Module("job",
	fx.Provide(NewStaleScanner, NewPruner),
	fx.Invoke(func(lc fx.Lifecycle, s *StaleScanner, p *Pruner) {
		lc.Append(fx.Hook{OnStart: s.Start, OnStop: s.Stop})
		_ = p
	}),
)
