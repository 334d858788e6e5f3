package usecase

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Execute walks down, and once more from the top, until a whole walk finds nothing.
func (u *BackfillTotals) Execute(ctx context.Context) error {
	from, found := uuid.Max.String(), false
	for {
		filled, last, err := u.totals.Fill(ctx, from, u.cfg.Batch)
		switch {
		case err != nil:
			return err
		case filled == 0 && !found:
			return nil
		case filled == 0:
			from, found = uuid.Max.String(), false
			continue
		}
		from, found = last, true
		timer := time.NewTimer(u.cfg.Pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}
