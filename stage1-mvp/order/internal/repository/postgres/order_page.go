package postgres

import (
	"context"
	"fmt"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/repository/postgres/gen"
	"stagecraft/stage1-mvp/platform/postgres"
)

// ListAll returns one page of everybody's orders.
func (r *OrderRepository) ListAll(ctx context.Context, page domain.Page) ([]*domain.Order, error) {
	db := r.db(ctx)
	rows, err := r.listSorted(ctx, db, page)
	if err != nil {
		return nil, fmt.Errorf("list all orders: %w", err)
	}
	return r.withItems(ctx, db, rows)
}

// listSorted chooses among prepared queries: no part of a request ever becomes SQL.
func (r *OrderRepository) listSorted(ctx context.Context, db postgres.DBTX, page domain.Page) ([]gen.Order, error) {
	params := gen.ListAllByCreatedAtDescParams{
		Statuses: statuses(page.Status), Skipped: int32(page.Offset), MaxRows: int32(page.Limit),
	}
	switch page.Sort {
	case domain.SortCreatedAtAsc:
		return r.queries.ListAllByCreatedAtAsc(ctx, db, gen.ListAllByCreatedAtAscParams(params))
	case domain.SortTotalDesc:
		return r.queries.ListAllByTotalDesc(ctx, db, gen.ListAllByTotalDescParams(params))
	case domain.SortTotalAsc:
		return r.queries.ListAllByTotalAsc(ctx, db, gen.ListAllByTotalAscParams(params))
	default:
		return r.queries.ListAllByCreatedAtDesc(ctx, db, params)
	}
}

// CountAll returns how many orders are in this status, or in any if it is domain.StatusUnspecified.
func (r *OrderRepository) CountAll(ctx context.Context, status domain.OrderStatus) (int64, error) {
	n, err := r.queries.CountOrders(ctx, r.db(ctx), statuses(status))
	if err != nil {
		return 0, fmt.Errorf("count orders: %w", err)
	}
	return n, nil
}

// statuses returns the one status, or all of them, so that the queries need no OR for "any".
func statuses(status domain.OrderStatus) []int16 {
	if status != domain.StatusUnspecified {
		return []int16{int16(status)}
	}
	all := domain.Statuses()
	out := make([]int16, len(all))
	for i, one := range all {
		out[i] = int16(one)
	}
	return out
}
