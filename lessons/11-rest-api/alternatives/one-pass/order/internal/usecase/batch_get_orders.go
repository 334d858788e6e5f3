package usecase

import (
	"context"
	"errors"
	"slices"
	"strings"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

// Execute searches the sorted rows for each id.
func (u *BatchGetOrders) Execute(ctx context.Context, caller dto.Caller, ids []string) ([]dto.OrderResult, error) {
	if err := checkBatch(ids, maxBatchGet); err != nil {
		return nil, err
	}
	spelled := make([]string, len(ids))
	faults := make([]error, len(ids))
	for i := range ids {
		spelled[i], faults[i] = orderID(ids[i])
	}
	wanted := slices.DeleteFunc(slices.Clone(spelled), func(id string) bool { return id == "" })
	rows, err := u.orders.Orders(ctx, wanted...)
	if err != nil {
		return nil, errors.Join(errors.New("no orders"), err)
	}
	slices.SortFunc(rows, func(a, b query.Order) int { return strings.Compare(a.ID, b.ID) })
	var results []dto.OrderResult
	for i, id := range spelled {
		at, found := slices.BinarySearchFunc(rows, id, func(row query.Order, id string) int { return strings.Compare(row.ID, id) })
		switch {
		case faults[i] != nil:
			results = append(results, dto.OrderResult{ID: ids[i], Err: errs.From(faults[i])})
		case found && caller.MayAccess(rows[at].BuyerID):
			results = append(results, dto.OrderResult{ID: ids[i], Order: rows[at]})
		default:
			results = append(results, dto.OrderResult{ID: ids[i], Err: errs.From(notFound(nil, id))})
		}
	}
	return results, nil
}

//stagecraft:drop
func (u *BatchGetOrders) load() {}
