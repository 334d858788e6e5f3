package job

import (
	"context"

	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/order/internal/usecase"
)

// Module runs the jobs as one group.
var Module = fx.Module("job",
	fx.Provide(
		fx.Annotate(func(cfg usecase.ScanConfig, scan *usecase.ScanStaleSagas, log *zap.Logger) task {
			return NewStaleScanner(cfg, scan, log)
		}, fx.ResultTags(`group:"tasks"`)),
		fx.Annotate(func(cfg usecase.PruneConfig, prune *usecase.PruneProcessedEvents, log *zap.Logger) task {
			return NewPruner(cfg, prune, log)
		}, fx.ResultTags(`group:"tasks"`)),
	),
	fx.Invoke(fx.Annotate(func(lc fx.Lifecycle, tasks []task) {
		for _, t := range tasks {
			lc.Append(fx.Hook{OnStart: t.Start, OnStop: t.Stop})
		}
	}, fx.ParamTags(``, `group:"tasks"`))),
)

//stagecraft:add
type task interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
}
