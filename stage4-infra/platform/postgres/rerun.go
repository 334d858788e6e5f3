package postgres

import (
	"context"
	"math/rand/v2"
	"time"

	"shop/platform/errs"
)

// rerun calls once again after a conflict, and after a stale plan on a new connection.
func (m *TxManager) rerun(ctx context.Context, once func() error) error {
	for run := 0; ; run++ {
		err := once()
		stalePlan := isStalePlan(err)
		if stalePlan {
			m.pool.Reset()
		}
		if !stalePlan && !isConflict(err) {
			return asUnavailable(err)
		}
		if run < m.cfg.MaxReruns && pause(ctx, m.cfg.RerunPause<<run) {
			continue
		}
		if stalePlan {
			return err
		}
		return errs.Wrap(err, errs.Aborted, "CONCURRENT_UPDATE", "changed by another request at the same time, repeat the request")
	}
}

// pause waits between half of d and d, so that transactions that collided do not collide again. It returns false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d/2 + rand.N(d/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
