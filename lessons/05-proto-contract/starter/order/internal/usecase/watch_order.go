package usecase

import (
	"context"
	"errors"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

// Execute calls send with the order now and after each change, until its status is final, send fails, or ctx ends.
// TODO: read the order with u.get, at most once every u.cfg.Interval.
func (u *WatchOrder) Execute(ctx context.Context, caller dto.Caller, id string, send func(query.Order) error) error {
	return errors.New("TODO")
}
