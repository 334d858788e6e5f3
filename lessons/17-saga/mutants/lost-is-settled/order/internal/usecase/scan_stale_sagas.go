package usecase

import (
	"context"
	"errors"

	"shop/order/internal/service/saga"
)

func (u *ScanStaleSagas) settle(ctx context.Context, seen saga.Stale) error {
	s, err := u.claimStale(ctx, seen)
	if errors.Is(err, saga.ErrLost) {
		return nil
	}
	if err != nil {
		return err
	}
	return u.saga.Recover(ctx, s)
}
