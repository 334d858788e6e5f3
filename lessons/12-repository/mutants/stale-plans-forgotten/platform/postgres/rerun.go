package postgres

import (
	"context"

	"shop/platform/errs"
)

func (m *TxManager) rerun(ctx context.Context, once func() error) error {
	for run := 0; ; run++ {
		err := once()
		if !isConflict(err) {
			return asUnavailable(err)
		}
		if run >= m.cfg.MaxReruns || !pause(ctx, m.cfg.RerunPause<<run) {
			return errs.Wrap(err, errs.Aborted, "CONCURRENT_UPDATE", "changed by another request at the same time, repeat the request")
		}
	}
}
