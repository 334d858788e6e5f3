package usecase

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"stagecraft/stage1-mvp/inventory/internal/domain"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
)

// ReserveInput asks for all items of one order, as a step of a saga.
type ReserveInput struct {
	SagaID   string
	StepName string
	OrderID  string
	Items    []ItemDTO
}

// ReserveOutput is the reservation that holds them.
type ReserveOutput struct {
	ReservationID string `json:"reservation_id"`
}

// Reserve holds all items of an order or none of them.
type Reserve struct {
	tx           TxManager
	barrier      Barrier
	stocks       domain.StockRepository
	reservations domain.ReservationRepository
	now          clock.Clock
}

// NewReserve returns the use case.
func NewReserve(
	tx TxManager, barrier Barrier, stocks domain.StockRepository, reservations domain.ReservationRepository, now clock.Clock,
) *Reserve {
	return &Reserve{tx: tx, barrier: barrier, stocks: stocks, reservations: reservations, now: now}
}

// Execute returns the reservation of this step, the first one also for a repetition. Too little stock is a Precondition, and stays one
// for this step. After the step was compensated the answer is Aborted.
func (uc *Reserve) Execute(ctx context.Context, in ReserveInput) (out ReserveOutput, err error) {
	step, orderID, err := parseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return ReserveOutput{}, err
	}
	items, err := toItems(in.Items)
	if err != nil {
		return ReserveOutput{}, public(err)
	}
	hash, err := idempotency.Hash([]any{orderID, items})
	if err != nil {
		return ReserveOutput{}, err
	}
	var (
		answer      json.RawMessage
		reservation *domain.Reservation
	)
	err = uc.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		reservation = nil
		answer, err = uc.barrier.Act(ctx, step, hash, func(ctx context.Context) (any, error) {
			var err error
			reservation, err = uc.hold(ctx, step.SagaID, orderID, items)
			if err != nil {
				return nil, public(err)
			}
			return ReserveOutput{ReservationID: reservation.ID()}, nil
		})
		return err
	})
	if err != nil {
		return ReserveOutput{}, err
	}
	announce(ctx, reservation)
	err = idempotency.Decode(answer, &out)
	return out, err
}

func (uc *Reserve) hold(ctx context.Context, sagaID, orderID string, items []domain.Item) (*domain.Reservation, error) {
	err := changeStocks(ctx, uc.stocks, items, func(stock *domain.Stock, quantity int32) error {
		return stock.Hold(quantity, uc.now())
	})
	if err != nil {
		return nil, err
	}
	reservation := domain.NewReservation(uuid.NewString(), sagaID, orderID, items, uc.now())
	if err := uc.reservations.Create(ctx, reservation); err != nil {
		return nil, err
	}
	return reservation, nil
}
