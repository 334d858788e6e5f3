package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

// QueryService implements query.QueryService.
type QueryService struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewQueryService returns a QueryService on the pool.
func NewQueryService(pool *pgxpool.Pool) *QueryService {
	return &QueryService{pool: pool, queries: gen.New()}
}

// Orders returns those of the orders that exist. It takes two queries, however many orders there are.
func (s *QueryService) Orders(ctx context.Context, ids ...string) ([]query.Order, error) {
	db := s.db(ctx)
	rows, err := s.queries.GetOrders(ctx, db, ids)
	if err != nil {
		return nil, fmt.Errorf("get %d orders: %w", len(ids), err)
	}
	return s.withItems(ctx, db, rows)
}

// OrdersOf returns orders newest first. The first page and the later ones are two queries, so that each reads one range of the index.
func (s *QueryService) OrdersOf(ctx context.Context, buyerID string, after *query.Position, limit int) ([]query.Order, error) {
	db := s.db(ctx)
	var (
		rows []gen.Order
		err  error
	)
	if after == nil {
		rows, err = s.queries.ListOrdersFirst(ctx, db, gen.ListOrdersFirstParams{BuyerID: buyerID, Limit: int32(limit)})
	} else {
		rows, err = s.queries.ListOrdersAfter(ctx, db, gen.ListOrdersAfterParams{
			BuyerID: buyerID, CreatedAt: after.CreatedAt, ID: after.ID, MaxRows: int32(limit),
		})
	}
	if err != nil {
		return nil, fmt.Errorf("list orders of %s: %w", buyerID, err)
	}
	return s.listed(ctx, db, rows)
}

// AllOrders returns one page of the orders of all buyers.
func (s *QueryService) AllOrders(ctx context.Context, page query.Page) ([]query.Order, error) {
	db := s.db(ctx)
	rows, err := s.listSorted(ctx, db, page)
	if err != nil {
		return nil, fmt.Errorf("list all orders: %w", err)
	}
	return s.listed(ctx, db, rows)
}

// listSorted chooses among prepared queries: no part of a request ever becomes SQL.
func (s *QueryService) listSorted(ctx context.Context, db postgres.DBTX, page query.Page) ([]gen.Order, error) {
	params := gen.ListAllByCreatedAtDescParams{
		Statuses: statuses(page.Status), Skipped: int32(page.Offset), MaxRows: int32(page.Limit),
	}
	switch page.Sort {
	case query.SortCreatedAtAsc:
		return s.queries.ListAllByCreatedAtAsc(ctx, db, gen.ListAllByCreatedAtAscParams(params))
	case query.SortTotalDesc:
		return s.queries.ListAllByTotalDesc(ctx, db, gen.ListAllByTotalDescParams(params))
	case query.SortTotalAsc:
		return s.queries.ListAllByTotalAsc(ctx, db, gen.ListAllByTotalAscParams(params))
	default:
		return s.queries.ListAllByCreatedAtDesc(ctx, db, params)
	}
}

// CountOrders returns how many orders are in this status, or in any if it is domain.StatusUnspecified.
func (s *QueryService) CountOrders(ctx context.Context, status domain.OrderStatus) (int64, error) {
	n, err := s.queries.CountOrders(ctx, s.db(ctx), statuses(status))
	if err != nil {
		return 0, fmt.Errorf("count orders: %w", err)
	}
	return n, nil
}

// Sales returns the sales of a day. The same day always gives the same result, in the same order. It takes several queries, which see
// the same orders only once the day is over. The database adds everything up, or reports that a sum is too large.
func (s *QueryService) Sales(ctx context.Context, day query.Day, topSKUs int) (query.Sales, error) {
	db := s.db(ctx)
	sales := query.Sales{Day: day}
	revenue, err := s.queries.SumPaidOrders(ctx, db, gen.SumPaidOrdersParams{FromTime: day.From(), ToTime: day.Until()})
	if err != nil {
		return query.Sales{}, fmt.Errorf("sum paid orders: %w", err)
	}
	for _, row := range revenue {
		sales.Revenue = append(sales.Revenue, query.Revenue{Currency: row.Currency, Orders: row.Orders, MinorUnits: row.MinorUnits})
	}
	top, err := s.queries.ListTopSKUs(ctx, db, gen.ListTopSKUsParams{FromTime: day.From(), ToTime: day.Until(), Most: int64(topSKUs)})
	if err != nil {
		return query.Sales{}, fmt.Errorf("list top SKUs: %w", err)
	}
	for _, row := range top {
		sales.TopSKUs = append(sales.TopSKUs, query.SoldSKU{SKU: row.Sku, Currency: row.Currency, Pieces: row.Pieces, MinorUnits: row.MinorUnits})
	}
	cancelled, err := s.queries.SumCancelledOrders(ctx, db, gen.SumCancelledOrdersParams{FromTime: day.From(), ToTime: day.Until()})
	if err != nil {
		return query.Sales{}, fmt.Errorf("sum cancelled orders: %w", err)
	}
	for _, row := range cancelled {
		sales.Cancelled = append(sales.Cancelled, query.Cancelled{
			Code: row.CancelCode, Currency: row.Currency, Orders: row.Orders, MinorUnits: row.MinorUnits,
		})
	}
	return sales, nil
}

// withItems loads the items of all rows with one query.
func (s *QueryService) withItems(ctx context.Context, db postgres.DBTX, rows []gen.Order) ([]query.Order, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	items, err := s.queries.ListItems(ctx, db, ids)
	if err != nil {
		return nil, fmt.Errorf("list items: %w", err)
	}
	return toQueryOrders(rows, items), nil
}

// listed adds what other services know about the orders, as far as the read model has it.
func (s *QueryService) listed(ctx context.Context, db postgres.DBTX, rows []gen.Order) ([]query.Order, error) {
	orders, err := s.withItems(ctx, db, rows)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(orders))
	for i, order := range orders {
		ids[i] = order.ID
	}
	payments, err := payments(ctx, s.queries, db, ids)
	if err != nil {
		return nil, err
	}
	for i := range orders {
		orders[i].Payment = payments[orders[i].ID]
	}
	return orders, addNames(ctx, s.queries, db, orders)
}

func (s *QueryService) db(ctx context.Context) postgres.DBTX { return postgres.GetDBTX(ctx, s.pool) }

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
