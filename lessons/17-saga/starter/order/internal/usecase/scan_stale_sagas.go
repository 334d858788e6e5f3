package usecase

import (
	"context"

	"shop/order/internal/service/saga"
)

// settle claims one saga and finishes it. A nil error means that this call has settled it; ErrLost that another worker has it.
func (u *ScanStaleSagas) settle(ctx context.Context, seen saga.Stale) error {
	// TODO: claim it with u.claimStale and finish it with u.saga.Recover.
	return saga.ErrLost
}
