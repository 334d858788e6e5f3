package usecase

import "context"

// Execute moves the stale sagas, at most a batch of them, and returns how many it moved. One that it cannot move is logged, and will be
// stale again at the next time.
func (u *TimeOutSagas) Execute(ctx context.Context) (moved int, err error) {
	// TODO: u.listStale finds the orders whose sagas are stale. Move each with u.timeOut, then let u.showOpen count what is left.
	return 0, nil
}

// timeOut moves one saga, unless a reply or another monitor was faster.
func (u *TimeOutSagas) timeOut(ctx context.Context, orderID string) error {
	// TODO: lock the saga and let u.sagas.TimeOut move it, in a transaction that ends in time.
	return nil
}
