package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

// ProductRepository stores the catalogue in inventory_db.
type ProductRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewProductRepository returns the repository on this pool.
func NewProductRepository(pool *pgxpool.Pool) *ProductRepository {
	return &ProductRepository{pool: pool, queries: gen.New()}
}

// Get implements domain.ProductRepository.
func (r *ProductRepository) Get(ctx context.Context, sku domain.SKU) (*domain.Product, error) {
	row, err := r.queries.FindProduct(ctx, r.db(ctx), string(sku))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("%w: %s", domain.ErrProductNotFound, sku)
	}
	if err != nil {
		return nil, fmt.Errorf("get product %s: %w", sku, err)
	}
	return toProduct(row)
}

// Create implements domain.ProductRepository.
func (r *ProductRepository) Create(ctx context.Context, p *domain.Product) error {
	inserted, err := r.queries.InsertProduct(ctx, r.db(ctx), toInsertProduct(p))
	return staleUnlessOne(inserted, err, "insert product", p.SKU())
}

// Update implements domain.ProductRepository.
func (r *ProductRepository) Update(ctx context.Context, p *domain.Product) error {
	updated, err := r.queries.UpdateProduct(ctx, r.db(ctx), toUpdateProduct(p))
	return staleUnlessOne(updated, err, "update product", p.SKU())
}

// Find implements usecase.ProductQueries.
func (r *ProductRepository) Find(ctx context.Context, skus []domain.SKU) ([]*domain.Product, error) {
	rows, err := r.queries.FindProducts(ctx, r.db(ctx), toTexts(skus))
	if err != nil {
		return nil, fmt.Errorf("find products: %w", err)
	}
	return toProducts(rows)
}

// List implements usecase.ProductQueries.
func (r *ProductRepository) List(ctx context.Context, after domain.SKU, size int) ([]*domain.Product, error) {
	rows, err := r.queries.ListProducts(ctx, r.db(ctx), gen.ListProductsParams{After: string(after), Size: int32(size)})
	if err != nil {
		return nil, fmt.Errorf("list products: %w", err)
	}
	return toProducts(rows)
}

func (r *ProductRepository) db(ctx context.Context) postgres.DBTX {
	return postgres.GetDBTX(ctx, r.pool)
}

// staleUnlessOne makes an error of a write of one row that changed none: another transaction was first.
func staleUnlessOne(rows int64, err error, doing string, sku domain.SKU) error {
	if err == nil && rows != 1 {
		err = postgres.ErrStale
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", doing, sku, err)
	}
	return nil
}
