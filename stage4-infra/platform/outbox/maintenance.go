package outbox

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/logging"
)

const measure = `
SELECT count(*), count(failed_at), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8
FROM outbox_events WHERE sent_at IS NULL`

// maintenance is the periodic work around the relay.
type maintenance struct {
	cfg     Config
	pool    *pgxpool.Pool
	metrics *Metrics
}

// measure sets the metrics of the backlog.
func (m *maintenance) measure(ctx context.Context) {
	var (
		backlog, failed int
		oldest          float64
	)
	if err := m.pool.QueryRow(ctx, measure).Scan(&backlog, &failed, &oldest); err != nil {
		m.warn(ctx, fmt.Errorf("measure outbox: %w", err))
		return
	}
	m.metrics.backlog.Set(float64(backlog))
	m.metrics.stuck.Set(float64(failed))
	m.metrics.oldest.Set(oldest)
}

// prune deletes all events that are old enough, in batches that are committed one by one.
func (m *maintenance) prune(ctx context.Context) {
	for {
		deleted, err := Prune(ctx, m.pool, m.cfg.Retention, m.cfg.PruneBatch)
		if err != nil {
			m.warn(ctx, err)
			return
		}
		m.metrics.pruned.Add(float64(deleted))
		if deleted < m.cfg.PruneBatch {
			return
		}
	}
}

func (m *maintenance) warn(ctx context.Context, err error) {
	if ctx.Err() == nil {
		logging.From(ctx).Warn("outbox maintenance failed", logging.Event("platform.outbox.maintenance_failed"), logging.Error(err))
	}
}
