package job

import (
	"context"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/platform/periodic"
	"shop/wallet/internal/usecase"
)

// Pruner deletes old rows of processed_events at every interval.
type Pruner struct {
	*periodic.Task
	prune *usecase.PruneProcessedEvents
	log   *zap.Logger
}

// NewPruner returns a pruner that is not running.
func NewPruner(cfg usecase.PruneConfig, prune *usecase.PruneProcessedEvents, log *zap.Logger) *Pruner {
	p := &Pruner{prune: prune, log: log}
	p.Task = periodic.New(cfg.Interval, log, p.once)
	return p
}

func (p *Pruner) once(ctx context.Context) {
	deleted, err := p.prune.Execute(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		p.log.Error("pruning processed events failed", logging.Event("wallet.processed_events.prune_failed"), logging.Error(err))
	case deleted > 0:
		p.log.Info("processed events pruned", logging.Event("wallet.processed_events.pruned"), zap.Int("deleted", deleted))
	}
}
