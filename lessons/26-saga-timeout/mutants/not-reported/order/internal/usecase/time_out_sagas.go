package usecase

import "context"

func (u *TimeOutSagas) Execute(ctx context.Context) (moved int, err error) {
	stale, err := u.listStale(ctx)
	if err != nil {
		return 0, err
	}
	for _, orderID := range stale {
		if u.timeOut(ctx, orderID) == nil {
			moved++
		}
	}
	return moved, u.showOpen(ctx)
}
