package usecase

import (
	"context"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/logging"
)

// settle takes one saga over and finishes it; false if it did not, for whatever reason.
func (u *ScanStaleSagas) settle(ctx context.Context, seen domain.StaleSaga) bool {
	// TODO: it is only looked at. Take it over with u.claimStale and finish it with u.saga.Recover.
	logging.From(ctx).Debug("stale saga seen", logging.Event("order.saga.stale"), zap.String("saga_id", seen.ID))
	return false
}
