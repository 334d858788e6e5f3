package usecase

import (
	"context"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"shop/platform/logging"
)

func (u *BackfillTotals) Execute(ctx context.Context) error {
	// Continuing after the last id, instead of searching for any row without a total, skips the dead rows that earlier batches left behind.
	after, total := uuid.Nil.String(), int64(0)
	for {
		filled, last, err := u.totals.Fill(ctx, after, 1000)
		if err != nil {
			return err
		}
		total += filled
		if filled < 1000 {
			logging.From(ctx).Info("totals filled", logging.Event("inventory.backfill.completed"), zap.Int64("filled", total))
			return nil
		}
		after = last
		logging.From(ctx).Info("totals being filled", logging.Event("inventory.backfill.progressed"),
			zap.Int64("filled", total), zap.String("last_id", last))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(u.cfg.Pause):
		}
	}
}
