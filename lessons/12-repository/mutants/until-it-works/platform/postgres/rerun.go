package postgres

import (
	"context"

	"shop/platform/errs"
)

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
		if pause(ctx, m.cfg.RerunPause<<min(run, 3)) {
			continue
		}
		if stalePlan {
			return err
		}
		return errs.Wrap(err, errs.Aborted, "CONCURRENT_UPDATE", "changed by another request at the same time, repeat the request")
	}
}
