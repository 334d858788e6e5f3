package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"

	"stagecraft/stage1-mvp/inventory/internal/domain"
	"stagecraft/stage1-mvp/inventory/internal/repository/postgres/gen"
	"stagecraft/stage1-mvp/platform/postgres"
)

// ReservationRepository keeps reservations in inventory_db.
type ReservationRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewReservationRepository returns the repository on this pool.
func NewReservationRepository(pool *pgxpool.Pool) *ReservationRepository {
	return &ReservationRepository{pool: pool, queries: gen.New()}
}

// Create implements domain.ReservationRepository.
func (r *ReservationRepository) Create(ctx context.Context, reservation *domain.Reservation) error {
	if err := r.queries.InsertReservation(ctx, r.db(ctx), toInsertReservation(reservation)); err != nil {
		return fmt.Errorf("insert reservation %s: %w", reservation.ID(), err)
	}
	items := reservation.Items()
	err := r.queries.InsertReservationItems(ctx, r.db(ctx), gen.InsertReservationItemsParams{
		ReservationID: reservation.ID(),
		Skus:          lo.Map(items, func(item domain.Item, _ int) string { return string(item.SKU) }),
		Quantities:    lo.Map(items, func(item domain.Item, _ int) int32 { return item.Quantity }),
	})
	if err != nil {
		return fmt.Errorf("insert items of reservation %s: %w", reservation.ID(), err)
	}
	return nil
}

// LockBySaga implements domain.ReservationRepository.
func (r *ReservationRepository) LockBySaga(ctx context.Context, sagaID string) (*domain.Reservation, error) {
	row, err := r.queries.LockReservationBySaga(ctx, r.db(ctx), sagaID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("%w: saga %s", domain.ErrReservationNotFound, sagaID)
	}
	if err != nil {
		return nil, fmt.Errorf("lock reservation of saga %s: %w", sagaID, err)
	}
	items, err := r.queries.ListReservationItems(ctx, r.db(ctx), row.ID)
	if err != nil {
		return nil, fmt.Errorf("list items of reservation %s: %w", row.ID, err)
	}
	return toReservation(row, items), nil
}

// Update implements domain.ReservationRepository.
func (r *ReservationRepository) Update(ctx context.Context, reservation *domain.Reservation) error {
	changed, err := r.queries.UpdateReservation(ctx, r.db(ctx), gen.UpdateReservationParams{
		ID:        reservation.ID(),
		Status:    int16(reservation.Status()),
		UpdatedAt: reservation.UpdatedAt(),
	})
	if err != nil {
		return fmt.Errorf("update reservation %s: %w", reservation.ID(), err)
	}
	if changed == 0 {
		return fmt.Errorf("update reservation %s: %w", reservation.ID(), domain.ErrReservationNotFound)
	}
	return nil
}

func (r *ReservationRepository) db(ctx context.Context) postgres.DBTX {
	return postgres.GetDBTX(ctx, r.pool)
}
