package usecase

import "context"
import "errors"
import "time"
import "shop/order/internal/query"
import "shop/order/internal/usecase/dto"

// Execute calls send with the order now and after each change, until its status is final, send fails, or ctx ends.
// TODO: read the order with u.get, at most once every u.cfg.Interval.
func (u *WatchOrder) Execute(ctx context.Context, caller dto.Caller, id string, send func(query.Order) error) error {
	return errors.New("TODO")
}
