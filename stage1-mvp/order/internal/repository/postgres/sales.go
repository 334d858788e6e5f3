package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/repository/postgres/gen"
	"stagecraft/stage1-mvp/platform/postgres"
)

// SalesRepository computes what was sold. Nothing is summed up in Go: the database does it, or reports that a sum is too large.
type SalesRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewSalesRepository returns a repository on the pool.
func NewSalesRepository(pool *pgxpool.Pool) *SalesRepository {
	return &SalesRepository{pool: pool, queries: gen.New()}
}

// Of returns the sales of a day, with the topSKUs best-selling SKUs of each currency. The same day always gives the same result, in the
// same order. It takes several queries, which see the same orders only once the day is over.
func (r *SalesRepository) Of(ctx context.Context, day domain.Day, topSKUs int) (sales domain.Sales, err error) {
	sales.Day = day
	if sales.Revenue, err = r.revenue(ctx, day); err != nil {
		return domain.Sales{}, fmt.Errorf("sum paid orders: %w", err)
	}
	if sales.TopSKUs, err = r.topSKUs(ctx, day, topSKUs); err != nil {
		return domain.Sales{}, fmt.Errorf("list top SKUs: %w", err)
	}
	if sales.Cancelled, err = r.cancelled(ctx, day); err != nil {
		return domain.Sales{}, fmt.Errorf("sum cancelled orders: %w", err)
	}
	return sales, nil
}

func (r *SalesRepository) revenue(ctx context.Context, day domain.Day) ([]domain.Revenue, error) {
	rows, err := r.queries.SumPaidOrders(ctx, r.db(ctx), gen.SumPaidOrdersParams{
		FromTime: day.From(), ToTime: day.Until(),
	})
	if err != nil {
		return nil, err
	}
	revenue := make([]domain.Revenue, len(rows))
	for i, row := range rows {
		revenue[i].Orders = row.Orders
		if revenue[i].Total, err = domain.NewMoney(row.MinorUnits, row.Currency); err != nil {
			return nil, err
		}
	}
	return revenue, nil
}

func (r *SalesRepository) topSKUs(ctx context.Context, day domain.Day, most int) ([]domain.SoldSKU, error) {
	rows, err := r.queries.ListTopSKUs(ctx, r.db(ctx), gen.ListTopSKUsParams{
		FromTime: day.From(), ToTime: day.Until(), Most: int64(most),
	})
	if err != nil {
		return nil, err
	}
	sold := make([]domain.SoldSKU, len(rows))
	for i, row := range rows {
		sold[i].SKU, sold[i].Pieces = row.Sku, row.Pieces
		if sold[i].Total, err = domain.NewMoney(row.MinorUnits, row.Currency); err != nil {
			return nil, err
		}
	}
	return sold, nil
}

func (r *SalesRepository) cancelled(ctx context.Context, day domain.Day) ([]domain.Cancelled, error) {
	rows, err := r.queries.SumCancelledOrders(ctx, r.db(ctx), gen.SumCancelledOrdersParams{
		FromTime: day.From(), ToTime: day.Until(),
	})
	if err != nil {
		return nil, err
	}
	cancelled := make([]domain.Cancelled, len(rows))
	for i, row := range rows {
		cancelled[i].Code, cancelled[i].Orders = domain.CancelCode(row.CancelCode), row.Orders
		if cancelled[i].Total, err = domain.NewMoney(row.MinorUnits, row.Currency); err != nil {
			return nil, err
		}
	}
	return cancelled, nil
}

func (r *SalesRepository) db(ctx context.Context) postgres.DBTX { return postgres.GetDBTX(ctx, r.pool) }
