package usecase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/logging"
)

// SagaRunner drives a new saga to its end.
type SagaRunner interface {
	Run(ctx context.Context, s *domain.Saga) error
}

// CreateOrder sells: it accepts a request once, runs its saga, and gives every repetition of the request the same answer.
type CreateOrder struct {
	tx       Transactor
	requests Requests
	orders   domain.OrderRepository
	sagas    domain.SagaRepository
	saga     SagaRunner
	journal  Journal
	now      clock.Clock
}

// NewCreateOrder returns the use case.
func NewCreateOrder(
	tx Transactor, requests Requests, orders domain.OrderRepository, sagas domain.SagaRepository, saga SagaRunner, journal Journal,
	now clock.Clock,
) *CreateOrder {
	return &CreateOrder{tx: tx, requests: requests, orders: orders, sagas: sagas, saga: saga, journal: journal, now: now}
}

// Execute returns the paid order, or the error that says why there is none. The answer is always the stored one, for the first request as
// for its repetitions. Aborted with reason IN_PROGRESS means that there is no answer yet.
func (u *CreateOrder) Execute(ctx context.Context, in dto.CreateOrder) (dto.CreatedOrder, error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return dto.CreatedOrder{}, err
	}
	order, err := u.newOrder(in)
	if err != nil {
		return dto.CreatedOrder{}, err
	}
	// A field added later must be left out when it is empty, or a repetition across the deployment would look like another request.
	hash, err := idempotency.Hash(struct {
		Currency string
		Items    []dto.Item
	}{in.Currency, in.Items})
	if err != nil {
		return dto.CreatedOrder{}, err
	}
	request := domain.Request{Scope: idempotency.Scope("order.create", in.BuyerID), Key: in.IdempotencyKey}

	saga, answer, err := u.accept(ctx, request, hash, order)
	if err != nil {
		return dto.CreatedOrder{}, err
	}
	if saga != nil {
		// Whoever has taken the saga over will store the answer, perhaps in time for us.
		if err := u.saga.Run(ctx, saga); err != nil && !errors.Is(err, domain.ErrSagaLost) {
			return dto.CreatedOrder{}, inProgress(err)
		}
	}
	if answer == nil {
		if answer, err = awaitAnswer(ctx, u.requests, request, hash); err != nil {
			return dto.CreatedOrder{}, err
		}
	}
	out := dto.CreatedOrder{Replayed: saga == nil}
	err = idempotency.Decode(answer, &out.Order)
	return out, err
}

// accept stores the request, its order and its saga in one transaction: a crash leaves all of them or none. A repeated request gets no saga
// but the stored answer, which is nil while the first request is still running.
func (u *CreateOrder) accept(
	ctx context.Context, request domain.Request, hash []byte, order *domain.Order,
) (saga *domain.Saga, answer json.RawMessage, err error) {
	replayed := false
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		saga = domain.NewSaga(newID(), domain.SagaCreateOrder, order.ID(), request)
		answer, replayed, err = u.requests.Once(ctx, request.Scope, request.Key, hash, func(ctx context.Context) (json.RawMessage, error) {
			if err := u.orders.Create(ctx, order); err != nil {
				return nil, err
			}
			return nil, u.sagas.Create(ctx, saga)
		})
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("accept order: %w", err)
	}
	if replayed {
		return nil, answer, nil
	}
	logging.From(ctx).Info("purchase accepted", logging.Event("order.purchase.accepted"),
		zap.String("order_id", order.ID()), zap.String("saga_id", saga.ID))
	u.journal.OrderChanged(ctx, order)
	return saga, nil, nil
}

func (u *CreateOrder) newOrder(in dto.CreateOrder) (*domain.Order, error) {
	items := make([]domain.Item, len(in.Items))
	for i, item := range in.Items {
		price, err := domain.NewMoney(item.UnitPrice, in.Currency)
		if err != nil {
			return nil, public(err)
		}
		if items[i], err = domain.NewItem(item.SKU, item.Quantity, price); err != nil {
			return nil, public(err)
		}
	}
	order, err := domain.NewOrder(newID(), in.BuyerID, items, u.now())
	if err != nil {
		return nil, public(err)
	}
	return order, nil
}
