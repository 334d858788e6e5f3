package postgres

import (
	"context"
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
		if run < m.cfg.MaxReruns && pause(ctx, m.cfg.RerunPause<<run) {
			continue
		}
		if stalePlan {
			return err
		}
		return err
	}
}
