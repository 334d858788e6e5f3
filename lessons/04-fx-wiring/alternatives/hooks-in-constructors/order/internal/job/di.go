package job

import (
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/order/internal/usecase"
)

// Module runs the jobs. Each constructor adds the hooks of its own job, and Invoke needs both.
var Module = fx.Module("job",
	fx.Provide(newScanner, newPruner),
	fx.Invoke(func(*StaleScanner, *Pruner) {}),
)

//stagecraft:add
func newScanner(lc fx.Lifecycle, cfg usecase.ScanConfig, scan *usecase.ScanStaleSagas, log *zap.Logger) *StaleScanner {
	s := NewStaleScanner(cfg, scan, log)
	lc.Append(fx.StartStopHook(s.Start, s.Stop))
	return s
}

//stagecraft:add
func newPruner(lc fx.Lifecycle, cfg usecase.PruneConfig, prune *usecase.PruneProcessedEvents, log *zap.Logger) *Pruner {
	p := NewPruner(cfg, prune, log)
	lc.Append(fx.StartStopHook(p.Start, p.Stop))
	return p
}
