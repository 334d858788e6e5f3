package job

import (
	"context"

	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/order/internal/usecase"
)

// Module runs the jobs. Each constructor adds the hooks of its own job.
var Module = fx.Module("job",
	fx.Provide(newScanner, newPruner),
	fx.Invoke(func(*StaleScanner) {}),
)

// newScanner scans once before the first request: a crash may just have left some sagas.
//
//stagecraft:add
func newScanner(lc fx.Lifecycle, cfg usecase.ScanConfig, scan *usecase.ScanStaleSagas, log *zap.Logger) *StaleScanner {
	s := NewStaleScanner(cfg, scan, log)
	lc.Append(fx.Hook{
		OnStart: func(ctx context.Context) error {
			s.once(ctx)
			return s.Start(ctx)
		},
		OnStop: s.Stop,
	})
	return s
}

//stagecraft:add
func newPruner(lc fx.Lifecycle, cfg usecase.PruneConfig, prune *usecase.PruneProcessedEvents, log *zap.Logger) *Pruner {
	p := NewPruner(cfg, prune, log)
	lc.Append(fx.Hook{OnStart: p.Start, OnStop: p.Stop})
	return p
}
