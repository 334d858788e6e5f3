package usecase

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"shop/platform/logging"
)

func (u *RebuildBalances) Execute(ctx context.Context) error {
	compared, differing := 0, 0
	for afterUser, afterCurrency := uuid.Nil.String(), ""; ; {
		batch, err := u.balances.Compare(ctx, afterUser, afterCurrency, u.cfg.Batch)
		if err != nil {
			return err
		}
		for _, balance := range batch {
			if !balance.Differs() {
				continue
			}
			differing++
			if err := u.settle(ctx, balance); err != nil {
				return err
			}
		}
		compared += len(batch)
		if len(batch) < int(u.cfg.Batch) {
			break
		}
		afterUser, afterCurrency = batch[len(batch)-1].UserID, "ZZZ"
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(u.cfg.Pause):
		}
	}
	logging.From(ctx).Info("balances compared", logging.Event("wallet.rebuild.completed"),
		zap.Int("compared", compared), zap.Int("differing", differing))
	if differing > 0 {
		return fmt.Errorf("%w: %d of %d", ErrBalancesDiffer, differing, compared)
	}
	return nil
}
