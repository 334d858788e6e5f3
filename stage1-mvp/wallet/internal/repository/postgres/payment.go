package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/repository/postgres/gen"
)

// PaymentRepository keeps payments in wallet_db.
type PaymentRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewPaymentRepository returns a repository on the pool.
func NewPaymentRepository(pool *pgxpool.Pool) *PaymentRepository {
	return &PaymentRepository{pool: pool, queries: gen.New()}
}

// Create implements domain.PaymentRepository. The insert decides who came first; a second caller waits for it and reads what the first
// wrote.
func (r *PaymentRepository) Create(ctx context.Context, p *domain.Payment) (*domain.Payment, error) {
	db := r.db(ctx)
	inserted, err := r.queries.InsertPayment(ctx, db, toInsertPayment(p))
	if err != nil {
		return nil, fmt.Errorf("insert payment %s: %w", p.ID(), err)
	}
	if inserted == 1 {
		return p, nil
	}
	row, err := r.queries.GetPaymentByKey(ctx, db, gen.GetPaymentByKeyParams{UserID: p.UserID(), IdempotencyKey: p.Request().Key})
	if err != nil {
		return nil, fmt.Errorf("get payment of %s by its key: %w", p.UserID(), err)
	}
	return toPayment(row)
}

// Get implements domain.PaymentRepository.
func (r *PaymentRepository) Get(ctx context.Context, id string) (*domain.Payment, error) {
	row, err := r.queries.GetPayment(ctx, r.db(ctx), id)
	return found(id, row, err)
}

// Lock implements domain.PaymentRepository.
func (r *PaymentRepository) Lock(ctx context.Context, id string) (*domain.Payment, error) {
	row, err := r.queries.LockPayment(ctx, r.db(ctx), id)
	return found(id, row, err)
}

func found(id string, row gen.Payment, err error) (*domain.Payment, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, domain.ErrPaymentNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("get payment %s: %w", id, err)
	}
	return toPayment(row)
}

// Update implements domain.PaymentRepository. A row that somebody else changed is postgres.ErrStale.
func (r *PaymentRepository) Update(ctx context.Context, p *domain.Payment) error {
	updated, err := r.queries.UpdatePayment(ctx, r.db(ctx), toUpdatePayment(p))
	if err != nil {
		return fmt.Errorf("update payment %s: %w", p.ID(), err)
	}
	if updated == 1 {
		return nil
	}
	if _, err := r.Get(ctx, p.ID()); err != nil {
		return err
	}
	return fmt.Errorf("update payment %s at version %d: %w", p.ID(), p.Version(), postgres.ErrStale)
}

// ListStale implements domain.PaymentRepository, by the clock of the database.
func (r *PaymentRepository) ListStale(ctx context.Context, staleAfter time.Duration, limit int) ([]domain.StalePayment, error) {
	rows, err := r.queries.ListStalePayments(ctx, r.db(ctx), gen.ListStalePaymentsParams{
		StaleAfter: staleAfter, MaxRows: int32(limit),
	})
	if err != nil {
		return nil, fmt.Errorf("list stale payments: %w", err)
	}
	stale := make([]domain.StalePayment, len(rows))
	for i, row := range rows {
		stale[i] = domain.StalePayment{ID: row.ID, Version: row.Version, TouchedAt: row.TouchedAt}
	}
	return stale, nil
}

// CountUnsettled implements domain.PaymentRepository. The partial index holds these alone.
func (r *PaymentRepository) CountUnsettled(ctx context.Context) (map[domain.PaymentStatus]int64, error) {
	rows, err := r.queries.CountUnsettledPayments(ctx, r.db(ctx))
	if err != nil {
		return nil, fmt.Errorf("count unsettled payments: %w", err)
	}
	counts := make(map[domain.PaymentStatus]int64, len(rows))
	for _, row := range rows {
		counts[domain.PaymentStatus(row.Status)] = row.Count
	}
	return counts, nil
}

// Claim is a compare-and-swap: of all who saw the same stale payment, one raises its version, and the others get domain.ErrPaymentLost.
func (r *PaymentRepository) Claim(ctx context.Context, stale domain.StalePayment) (*domain.Payment, error) {
	claimed, err := r.queries.ClaimPayment(ctx, r.db(ctx), gen.ClaimPaymentParams{
		ID: stale.ID, Version: stale.Version, TouchedAt: stale.TouchedAt,
	})
	if err != nil {
		return nil, fmt.Errorf("claim payment %s: %w", stale.ID, err)
	}
	if claimed == 0 {
		return nil, domain.ErrPaymentLost
	}
	return r.Get(ctx, stale.ID)
}

func (r *PaymentRepository) db(ctx context.Context) postgres.DBTX {
	return postgres.GetDBTX(ctx, r.pool)
}
