package usecase

import (
	"context"
	"encoding/json"

	"stagecraft/stage1-mvp/inventory/internal/domain"
	"stagecraft/stage1-mvp/inventory/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
)

// Reserve holds all items of an order or none of them.
type Reserve struct {
	tx           Transactor
	barrier      Barrier
	stocks       domain.StockRepository
	reservations domain.ReservationRepository
	now          clock.Clock
	metrics      Metrics
}

// NewReserve returns the use case.
func NewReserve(
	tx Transactor, barrier Barrier, stocks domain.StockRepository, reservations domain.ReservationRepository, now clock.Clock,
	metrics Metrics,
) *Reserve {
	return &Reserve{tx: tx, barrier: barrier, stocks: stocks, reservations: reservations, now: now, metrics: metrics}
}

// Execute returns the reservation of this step; a repetition gets that of the first call. Too little stock is a Precondition, and remains
// one for this step. After the step was compensated the answer is Aborted.
func (u *Reserve) Execute(ctx context.Context, in dto.Reserve) (out dto.Reservation, err error) {
	step, orderID, err := idempotency.ParseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return dto.Reservation{}, err
	}
	items, err := toItems(in.Items)
	if err != nil {
		return dto.Reservation{}, public(err)
	}
	hash, err := idempotency.Hash([]any{orderID, items})
	if err != nil {
		return dto.Reservation{}, err
	}
	var (
		answer      json.RawMessage
		reservation *domain.Reservation
	)
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		reservation = nil
		answer, err = u.barrier.Act(ctx, step, hash, func(ctx context.Context) (any, error) {
			var err error
			reservation, err = u.hold(ctx, step.SagaID, orderID, items)
			if err != nil {
				return nil, public(err)
			}
			return dto.Reservation{ID: reservation.ID()}, nil
		})
		return err
	})
	if err != nil {
		return dto.Reservation{}, err
	}
	announce(ctx, u.metrics, reservation)
	err = idempotency.Decode(answer, &out)
	return out, err
}

func (u *Reserve) hold(ctx context.Context, sagaID, orderID string, items []domain.Item) (*domain.Reservation, error) {
	err := changeStocks(ctx, u.stocks, items, func(stock *domain.Stock, quantity int32) error {
		return stock.Hold(quantity, u.now())
	})
	if err != nil {
		return nil, err
	}
	reservation := domain.NewReservation(newID(), sagaID, orderID, items, u.now())
	if err := u.reservations.Create(ctx, reservation); err != nil {
		return nil, err
	}
	return reservation, nil
}
