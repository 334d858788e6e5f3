package usecase

import (
	"context"
	"time"
)

// Execute calls Fill until it says that no row is left.
func (u *BackfillTotals) Execute(ctx context.Context) error {
	pause := time.NewTicker(max(u.cfg.Pause, time.Millisecond))
	defer pause.Stop()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, more, err := u.totals.Fill(ctx, "", u.cfg.Batch); err != nil || more == "" {
			return err
		}
		pause.Reset(max(u.cfg.Pause, time.Millisecond))
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
	}
}
