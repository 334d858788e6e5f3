package usecase

import (
	"context"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"shop/platform/logging"
)

// Execute gives each reservation that lacks one its total. It may be interrupted and run again, while services write.
//
// TODO: it calls Fill once.
func (u *BackfillTotals) Execute(ctx context.Context) error {
	filled, _, err := u.totals.Fill(ctx, uuid.Nil.String(), u.cfg.Batch)
	if err != nil {
		return err
	}
	logging.From(ctx).Info("totals filled", logging.Event("inventory.backfill.completed"), zap.Int64("filled", filled))
	return nil
}
