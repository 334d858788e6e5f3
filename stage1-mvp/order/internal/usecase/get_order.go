package usecase

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/errs"
)

// GetOrder shows one order to those who may see it.
type GetOrder struct{ orders domain.OrderRepository }

// NewGetOrder returns the use case.
func NewGetOrder(orders domain.OrderRepository) *GetOrder { return &GetOrder{orders: orders} }

// Execute returns the order. It is NotFound also for an order of somebody else: that it exists is nobody's business.
func (u *GetOrder) Execute(ctx context.Context, caller dto.Caller, id string) (dto.Order, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return dto.Order{}, errs.New(errs.InvalidInput, "INVALID_ORDER_ID", "the order id is not a UUID")
	}
	order, err := u.orders.Get(ctx, parsed.String())
	if errors.Is(err, domain.ErrOrderNotFound) || (err == nil && !caller.MayRead(order.BuyerID())) {
		return dto.Order{}, errs.Wrap(err, errs.NotFound, "ORDER_NOT_FOUND", "order %s does not exist", parsed)
	}
	if err != nil {
		return dto.Order{}, fmt.Errorf("show order: %w", err)
	}
	return dto.FromOrder(order), nil
}
