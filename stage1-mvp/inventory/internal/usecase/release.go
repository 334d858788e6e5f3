package usecase

import (
	"context"

	"stagecraft/stage1-mvp/inventory/internal/domain"
	"stagecraft/stage1-mvp/platform/clock"
)

// ReleaseInput names the step that is to be undone.
type ReleaseInput struct {
	SagaID   string
	StepName string
	OrderID  string
}

// Release undoes a Reserve, before or after it arrives.
type Release struct {
	tx           TxManager
	barrier      Barrier
	stocks       domain.StockRepository
	reservations domain.ReservationRepository
	now          clock.Clock
}

// NewRelease returns the use case.
func NewRelease(
	tx TxManager, barrier Barrier, stocks domain.StockRepository, reservations domain.ReservationRepository, now clock.Clock,
) *Release {
	return &Release{tx: tx, barrier: barrier, stocks: stocks, reservations: reservations, now: now}
}

// Execute tells whether anything was held. If the Reserve has not arrived yet, it will be refused from now on.
func (uc *Release) Execute(ctx context.Context, in ReleaseInput) (released bool, err error) {
	step, _, err := parseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return false, err
	}
	var reservation *domain.Reservation
	err = uc.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		reservation = nil
		released, err = uc.barrier.Compensate(ctx, step, func(ctx context.Context) (err error) {
			reservation, err = uc.giveBack(ctx, step.SagaID)
			return err
		})
		return err
	})
	if err != nil {
		return false, public(err)
	}
	announce(ctx, reservation)
	return released, nil
}

func (uc *Release) giveBack(ctx context.Context, sagaID string) (*domain.Reservation, error) {
	reservation, err := uc.reservations.LockBySaga(ctx, sagaID)
	if err != nil {
		return nil, err
	}
	if err := reservation.Release(uc.now()); err != nil {
		return nil, err
	}
	err = changeStocks(ctx, uc.stocks, reservation.Items(), func(stock *domain.Stock, quantity int32) error {
		return stock.Return(quantity, uc.now())
	})
	if err != nil {
		return nil, err
	}
	return reservation, uc.reservations.Update(ctx, reservation)
}
