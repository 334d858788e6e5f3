package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

// StockRepository stores stocks in inventory_db.
type StockRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewStockRepository returns the repository on this pool.
func NewStockRepository(pool *pgxpool.Pool) *StockRepository {
	return &StockRepository{pool: pool, queries: gen.New()}
}

// Get implements domain.StockRepository.
func (r *StockRepository) Get(ctx context.Context, sku domain.SKU) (*domain.Stock, error) {
	row, err := r.queries.FindStock(ctx, r.db(ctx), string(sku))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("%w: %s", domain.ErrStockNotFound, sku)
	}
	if err != nil {
		return nil, fmt.Errorf("get stock %s: %w", sku, err)
	}
	return toStock(row), nil
}

// LockAll implements domain.StockRepository.
func (r *StockRepository) LockAll(ctx context.Context, skus []domain.SKU) ([]*domain.Stock, error) {
	rows, err := r.queries.LockStocks(ctx, r.db(ctx), toTexts(skus))
	if err != nil {
		return nil, fmt.Errorf("lock stocks: %w", err)
	}
	found := lo.Map(rows, func(row gen.Stock, _ int) domain.SKU { return domain.SKU(row.Sku) })
	if missing, _ := lo.Difference(skus, found); len(missing) > 0 {
		return nil, fmt.Errorf("%w: %s", domain.ErrStockNotFound, missing[0])
	}
	return lo.Map(rows, func(row gen.Stock, _ int) *domain.Stock { return toStock(row) }), nil
}

// Adjust implements domain.StockRepository.
func (r *StockRepository) Adjust(ctx context.Context, sku domain.SKU, delta int64, now time.Time) (*domain.Stock, error) {
	if delta > 0 {
		return r.add(ctx, sku, delta, now)
	}
	return r.take(ctx, sku, -delta, now)
}

func (r *StockRepository) add(ctx context.Context, sku domain.SKU, delta int64, now time.Time) (*domain.Stock, error) {
	row, err := r.queries.AddStock(ctx, r.db(ctx), gen.AddStockParams{
		Sku: string(sku), Delta: delta, Now: now, MaxAvailable: domain.MaxAvailable,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("%w: %s", domain.ErrStockFull, sku)
	}
	if err != nil {
		return nil, fmt.Errorf("add to stock %s: %w", sku, err)
	}
	return toStock(row), nil
}

func (r *StockRepository) take(ctx context.Context, sku domain.SKU, quantity int64, now time.Time) (*domain.Stock, error) {
	row, err := r.queries.TakeStock(ctx, r.db(ctx), gen.TakeStockParams{Sku: string(sku), Quantity: quantity, Now: now})
	if errors.Is(err, pgx.ErrNoRows) {
		if _, err := r.Get(ctx, sku); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%w: cannot take away %d of %s", domain.ErrInsufficientStock, quantity, sku)
	}
	if err != nil {
		return nil, fmt.Errorf("take from stock %s: %w", sku, err)
	}
	return toStock(row), nil
}

func (r *StockRepository) db(ctx context.Context) postgres.DBTX { return postgres.GetDBTX(ctx, r.pool) }
