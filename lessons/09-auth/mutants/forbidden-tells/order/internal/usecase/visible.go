package usecase

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"shop/order/internal/domain"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

// orderID returns an id in the spelling under which orders are stored, or InvalidInput.
func orderID(id string) (string, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return "", errs.New(errs.InvalidInput, "INVALID_ORDER_ID", "the order id is not a UUID")
	}
	return parsed.String(), nil
}

// loadFor returns the order, to be changed, if the caller may do so. An order of another user is NotFound too.
func loadFor(ctx context.Context, orders domain.OrderRepository, caller dto.Caller, id string) (*domain.Order, error) {
	order, err := orders.Get(ctx, id)
	if errors.Is(err, domain.ErrOrderNotFound) {
		return nil, notFound(err, id)
	}
	if err == nil && !caller.MayAccess(order.BuyerID()) {
		return nil, errs.New(errs.Forbidden, "FORBIDDEN", "not your order")
	}
	return order, err
}

func notFound(cause error, id string) error {
	return errs.Wrap(cause, errs.NotFound, "ORDER_NOT_FOUND", "order %s does not exist", id)
}
