package usecase

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"shop/platform/logging"
)

// BackfillConfig limits the load that filling old rows causes.
type BackfillConfig struct {
	// Batch is how many rows one transaction locks and writes.
	Batch int32 `env:"BACKFILL_BATCH" default:"1000"`
	// Pause is the time between two transactions, left to others.
	Pause time.Duration `env:"BACKFILL_PAUSE" default:"100ms"`
}

// Validate refuses a batch of nothing.
func (c *BackfillConfig) Validate() error {
	if c.Batch < 1 {
		return errors.New("BACKFILL_BATCH must be at least 1")
	}
	return nil
}

// Totals finds reservations without a total and gives them one.
type Totals interface {
	// Fill works on the next size reservations after this id, and returns how many there were and the id of the last.
	Fill(ctx context.Context, after string, size int32) (filled int64, last string, err error)
}

// BackfillTotals gives each reservation that lacks one its total quantity.
type BackfillTotals struct {
	cfg    BackfillConfig
	totals Totals
}

// NewBackfillTotals returns the use case.
func NewBackfillTotals(cfg BackfillConfig, totals Totals) *BackfillTotals {
	return &BackfillTotals{cfg: cfg, totals: totals}
}

// Execute walks through the reservations in the order of their ids, in batches. What is filled stays filled: an interrupted run can be
// started again, and continues where something is left. Services may write meanwhile, old versions too.
func (u *BackfillTotals) Execute(ctx context.Context) error {
	// Continuing after the last id, instead of searching for any row without a total, skips the dead rows that earlier batches left behind.
	after, total := uuid.Nil.String(), int64(0)
	for {
		filled, last, err := u.totals.Fill(ctx, after, u.cfg.Batch)
		if err != nil {
			return err
		}
		total += filled
		if filled < int64(u.cfg.Batch) {
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
