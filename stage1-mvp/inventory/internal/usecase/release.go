package usecase

import (
	"context"

	"stagecraft/stage1-mvp/inventory/internal/domain"
	"stagecraft/stage1-mvp/inventory/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
)

// Release undoes a Reserve, before or after it arrives.
type Release struct {
	tx           Transactor
	barrier      Barrier
	stocks       domain.StockRepository
	reservations domain.ReservationRepository
	now          clock.Clock
	metrics      Metrics
}

// NewRelease returns the use case.
func NewRelease(
	tx Transactor, barrier Barrier, stocks domain.StockRepository, reservations domain.ReservationRepository, now clock.Clock,
	metrics Metrics,
) *Release {
	return &Release{tx: tx, barrier: barrier, stocks: stocks, reservations: reservations, now: now, metrics: metrics}
}

// Execute tells whether anything was held. A Reserve that has not arrived yet will be refused from now on.
func (u *Release) Execute(ctx context.Context, in dto.Release) (released bool, err error) {
	step, _, err := idempotency.ParseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return false, err
	}
	var reservation *domain.Reservation
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		reservation = nil
		released, err = u.barrier.Compensate(ctx, step, func(ctx context.Context) (err error) {
			reservation, err = u.giveBack(ctx, step.SagaID)
			return err
		})
		return err
	})
	if err != nil {
		return false, public(err)
	}
	announce(ctx, u.metrics, reservation)
	return released, nil
}

func (u *Release) giveBack(ctx context.Context, sagaID string) (*domain.Reservation, error) {
	reservation, err := u.reservations.LockBySaga(ctx, sagaID)
	if err != nil {
		return nil, err
	}
	if err := reservation.Release(u.now()); err != nil {
		return nil, err
	}
	err = changeStocks(ctx, u.stocks, reservation.Items(), func(stock *domain.Stock, quantity int32) error {
		return stock.Return(quantity, u.now())
	})
	if err != nil {
		return nil, err
	}
	return reservation, u.reservations.Update(ctx, reservation)
}
