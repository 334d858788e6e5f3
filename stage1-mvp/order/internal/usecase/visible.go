package usecase

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/errs"
)

// orderID returns an id in the spelling under which orders are stored, or InvalidInput.
func orderID(id string) (string, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return "", errs.New(errs.InvalidInput, "INVALID_ORDER_ID", "the order id is not a UUID")
	}
	return parsed.String(), nil
}

// visible returns the order if the caller may see it. Somebody else's is NotFound too.
func visible(ctx context.Context, orders domain.OrderRepository, caller dto.Caller, id string) (*domain.Order, error) {
	order, err := orders.Get(ctx, id)
	if errors.Is(err, domain.ErrOrderNotFound) || (err == nil && !caller.MayTouch(order.BuyerID())) {
		return nil, notFound(err, id)
	}
	return order, err
}

func notFound(cause error, id string) error {
	return errs.Wrap(cause, errs.NotFound, "ORDER_NOT_FOUND", "order %s does not exist", id)
}
