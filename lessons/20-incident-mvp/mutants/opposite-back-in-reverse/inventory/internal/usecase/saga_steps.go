package usecase

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/idempotency"
)

// SagaSteps are what a saga of order does with stock. Each is safe to repeat.
type SagaSteps struct {
	tx           Transactor
	barrier      Barrier
	stocks       domain.StockRepository
	reservations domain.ReservationRepository
	events       EventPublisher
	now          clock.Clock
}

// NewSagaSteps returns the use case.
func NewSagaSteps(
	tx Transactor, barrier Barrier, stocks domain.StockRepository, reservations domain.ReservationRepository, events EventPublisher,
	now clock.Clock,
) *SagaSteps {
	return &SagaSteps{tx: tx, barrier: barrier, stocks: stocks, reservations: reservations, events: events, now: now}
}

// Reserve reserves all items of an order or none of them; a repetition gets the reservation of the first call. Too little stock is a
// Precondition, and remains one for this step. A second step of the same saga, or for the same order, is a Conflict. After the step was
// compensated the answer is Aborted.
func (u *SagaSteps) Reserve(ctx context.Context, in dto.Reserve) (out dto.Reservation, err error) {
	step, orderID, err := idempotency.ParseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return dto.Reservation{}, err
	}
	items, err := toItems(in.Items)
	if err != nil {
		return dto.Reservation{}, public(err)
	}
	err = u.act(ctx, step, []any{orderID, items}, &out, func(ctx context.Context) (any, error) {
		reservation, err := u.reserve(ctx, step.SagaID, orderID, items)
		if errors.Is(err, domain.ErrReservationExists) {
			return nil, err // not stored as a refusal: Release would take it as proof that nothing is reserved
		}
		if err != nil {
			return nil, public(err)
		}
		return dto.Reservation{ID: reservation.ID()}, nil
	})
	return out, err
}

// Release undoes a Reserve, and returns whether anything was reserved. A Reserve that has not arrived yet will be refused from now on. A
// reservation that was shipped is a Precondition, one of another saga a Conflict.
func (u *SagaSteps) Release(ctx context.Context, in dto.Step) (released bool, err error) {
	step, orderID, err := idempotency.ParseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return false, err
	}
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		released, err = u.barrier.Compensate(ctx, step, func(ctx context.Context) error {
			return u.release(ctx, step.SagaID, orderID)
		})
		return err
	})
	return released, public(err)
}

// Ship removes the reserved stock of an order, and returns nil once it has left, by this step or before. An order without a reservation is
// NotFound, one whose reservation was released a Precondition; a refusal remains one for this step.
func (u *SagaSteps) Ship(ctx context.Context, in dto.Step) error {
	step, orderID, err := idempotency.ParseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return err
	}
	return u.act(ctx, step, []any{"ship", orderID}, &struct{}{}, func(ctx context.Context) (any, error) {
		return struct{}{}, public(u.ship(ctx, orderID))
	})
}

// act runs the action of a step in a transaction, at most once, and decodes its answer into out. content is what makes two requests equal.
func (u *SagaSteps) act(
	ctx context.Context, step idempotency.Step, content, out any, action func(ctx context.Context) (any, error),
) error {
	hash, err := idempotency.Hash(content)
	if err != nil {
		return err
	}
	var answer json.RawMessage
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		answer, err = u.barrier.Act(ctx, step, hash, action)
		return err
	})
	if err != nil {
		return public(err)
	}
	return idempotency.Decode(answer, out)
}

func (u *SagaSteps) reserve(ctx context.Context, sagaID, orderID string, items []domain.Item) (*domain.Reservation, error) {
	now := u.now()
	stocks, err := u.change(ctx, items, now, (*domain.Stock).Reserve)
	if err != nil {
		return nil, err
	}
	// Ids of version 7 are in the order of time, so that new rows lie together in the index.
	reservation := domain.NewReservation(uuid.Must(uuid.NewV7()).String(), sagaID, orderID, items, now)
	if err := u.reservations.Create(ctx, reservation, stocks); err != nil {
		return nil, err
	}
	return reservation, u.events.Publish(ctx, reservation.Events()...)
}

func (u *SagaSteps) release(ctx context.Context, sagaID, orderID string) error {
	reservation, err := u.reservations.LockByOrder(ctx, orderID)
	if errors.Is(err, domain.ErrReservationNotFound) {
		return idempotency.ErrNothingToUndo
	}
	if err != nil {
		return err
	}
	if reservation.SagaID() != sagaID {
		return domain.ErrOtherSaga
	}
	now := u.now()
	err = reservation.Release(now)
	if errors.Is(err, domain.ErrAlreadyReleased) {
		return nil // by an earlier call, whose answer was pruned
	}
	if err != nil {
		return err
	}
	return u.end(ctx, reservation, now, (*domain.Stock).Release)
}

func (u *SagaSteps) ship(ctx context.Context, orderID string) error {
	reservation, err := u.reservations.LockByOrder(ctx, orderID)
	if err != nil {
		return err
	}
	now := u.now()
	err = reservation.Ship(now)
	if errors.Is(err, domain.ErrAlreadyShipped) {
		return nil
	}
	if err != nil {
		return err
	}
	return u.end(ctx, reservation, now, (*domain.Stock).Ship)
}

// end moves the stocks of a reservation that has ended, and stores and publishes all of it.
func (u *SagaSteps) end(ctx context.Context, reservation *domain.Reservation, now time.Time, move move) error {
	stocks, err := u.change(ctx, reversed(reservation.Items()), now, move)
	if err != nil {
		return err
	}
	if err := u.reservations.Update(ctx, reservation, stocks); err != nil {
		return err
	}
	return u.events.Publish(ctx, reservation.Events()...)
}

// move is a method of Stock.
type move func(stock *domain.Stock, quantity int32, now time.Time) error

// change locks the stocks of all items in SKU order, moves the quantity of each item, and returns them. It stores nothing.
func (u *SagaSteps) change(ctx context.Context, items []domain.Item, now time.Time, move move) ([]*domain.Stock, error) {
	stocks, err := u.stocks.LockAll(ctx, lo.Map(items, func(item domain.Item, _ int) domain.SKU { return item.SKU }))
	if err != nil {
		return nil, err
	}
	bySKU := lo.KeyBy(stocks, (*domain.Stock).SKU)
	for _, item := range items {
		if err := move(bySKU[item.SKU], item.Quantity, now); err != nil {
			return nil, err
		}
	}
	return stocks, nil
}

//stagecraft:add
func reversed(items []domain.Item) []domain.Item {
	slices.Reverse(items)
	return items
}

// toItems returns the requested items with each SKU once, in the order in which stocks are locked.
func toItems(requested []dto.Item) ([]domain.Item, error) {
	items := make([]domain.Item, len(requested))
	for i, item := range requested {
		sku, err := domain.ParseSKU(item.SKU)
		if err != nil {
			return nil, err
		}
		items[i] = domain.Item{SKU: sku, Quantity: item.Quantity}
	}
	return domain.MergeItems(items)
}
