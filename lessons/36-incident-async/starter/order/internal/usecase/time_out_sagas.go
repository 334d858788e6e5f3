package usecase

import (
	"context"
	"errors"
	"fmt"

	"shop/order/internal/service/saga"
)

// Execute moves the stale sagas, at most a batch of them, and returns how many it moved. What it cannot do now is stale
// again at the next time.
func (u *TimeOutSagas) Execute(ctx context.Context) (moved int, err error) {
	stale, err := u.listStale(ctx)
	if err != nil {
		return 0, err
	}
	for _, orderID := range stale {
		err := u.timeOut(ctx, orderID)
		if errors.Is(err, saga.ErrNotFound) {
			continue
		}
		if err != nil {
			return moved, fmt.Errorf("move the saga of order %s: %w", orderID, err)
		}
		moved++
	}
	return moved, u.showOpen(ctx)
}
