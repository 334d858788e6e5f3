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

// ReservationRepository stores reservations in inventory_db.
type ReservationRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewReservationRepository returns the repository on this pool.
func NewReservationRepository(pool *pgxpool.Pool) *ReservationRepository {
	return &ReservationRepository{pool: pool, queries: gen.New()}
}

// Create implements domain.ReservationRepository.
func (r *ReservationRepository) Create(ctx context.Context, reservation *domain.Reservation, stocks []*domain.Stock) error {
	row, err := r.queries.CreateReservation(ctx, r.db(ctx), toCreateReservation(reservation, stocks))
	switch {
	case err != nil:
	case row.Created == 0:
		err = domain.ErrReservationExists
	case row.Moved != int64(len(stocks)):
		err = postgres.ErrStale
	}
	if err != nil {
		return fmt.Errorf("create reservation of order %s: %w", reservation.OrderID(), err)
	}
	return nil
}

// LockByOrder implements domain.ReservationRepository.
func (r *ReservationRepository) LockByOrder(ctx context.Context, orderID string) (*domain.Reservation, error) {
	row, err := r.queries.LockReservationByOrder(ctx, r.db(ctx), orderID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("%w: order %s", domain.ErrReservationNotFound, orderID)
	}
	if err != nil {
		return nil, fmt.Errorf("lock reservation of order %s: %w", orderID, err)
	}
	items, err := r.queries.ListReservationItems(ctx, r.db(ctx), row.ID)
	if err != nil {
		return nil, fmt.Errorf("list items of reservation %s: %w", row.ID, err)
	}
	return toReservation(row, items), nil
}

// Update implements domain.ReservationRepository.
func (r *ReservationRepository) Update(ctx context.Context, reservation *domain.Reservation, stocks []*domain.Stock) error {
	row, err := r.queries.UpdateReservation(ctx, r.db(ctx), toUpdateReservation(reservation, stocks))
	if err == nil && (row.Updated == 0 || row.Moved != int64(len(stocks))) {
		err = postgres.ErrStale
	}
	if err != nil {
		return fmt.Errorf("update reservation %s: %w", reservation.ID(), err)
	}
	return nil
}

func (r *ReservationRepository) db(ctx context.Context) postgres.DBTX {
	return postgres.GetDBTX(ctx, r.pool)
}
