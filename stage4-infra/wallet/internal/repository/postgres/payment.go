package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/postgres"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/repository/postgres/gen"
)

// PaymentRepository stores payments in wallet_db.
type PaymentRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewPaymentRepository returns a repository on the pool.
func NewPaymentRepository(pool *pgxpool.Pool) *PaymentRepository {
	return &PaymentRepository{pool: pool, queries: gen.New()}
}

// Create implements domain.PaymentRepository. Of two concurrent inserts with one key, the second waits and reads what the first wrote.
func (r *PaymentRepository) Create(ctx context.Context, p *domain.Payment) (*domain.Payment, error) {
	s := p.Snapshot()
	inserted, err := r.queries.InsertPayment(ctx, r.db(ctx), toInsertPayment(s))
	if err != nil {
		return nil, fmt.Errorf("insert payment %s: %w", s.ID, err)
	}
	if inserted == 1 {
		return p, nil
	}
	row, err := r.queries.GetPaymentByKey(ctx, r.db(ctx), gen.GetPaymentByKeyParams{UserID: s.UserID, IdempotencyKey: s.Request.Key})
	if err != nil {
		return nil, fmt.Errorf("get payment of %s by its key: %w", s.UserID, err)
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

// Update implements domain.PaymentRepository. A row at another version than the loaded one is postgres.ErrStale.
func (r *PaymentRepository) Update(ctx context.Context, p *domain.Payment) error {
	s := p.Snapshot()
	updated, err := r.queries.UpdatePayment(ctx, r.db(ctx), gen.UpdatePaymentParams{
		ID: s.ID, Status: string(s.Status), FailureCode: string(s.Failure.Code), FailureReason: s.Failure.Reason,
		UpdatedAt: s.UpdatedAt, Version: s.Version, Expected: s.Version - int64(len(p.Events())),
	})
	if err != nil {
		return fmt.Errorf("update payment %s: %w", s.ID, err)
	}
	if updated == 1 {
		return nil
	}
	if _, err := r.Get(ctx, s.ID); err != nil {
		return err
	}
	return fmt.Errorf("update payment %s to version %d: %w", s.ID, s.Version, postgres.ErrStale)
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
		stale[i] = domain.StalePayment(row)
	}
	return stale, nil
}

// CountUnsettled implements domain.PaymentRepository.
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

// Claim implements domain.PaymentRepository. It is a compare-and-swap on touched_at: one of several scanners succeeds.
func (r *PaymentRepository) Claim(ctx context.Context, stale domain.StalePayment) (*domain.Payment, error) {
	row, err := r.queries.ClaimPayment(ctx, r.db(ctx), gen.ClaimPaymentParams(stale))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, domain.ErrPaymentLost
	}
	if err != nil {
		return nil, fmt.Errorf("claim payment %s: %w", stale.ID, err)
	}
	return toPayment(row)
}

func (r *PaymentRepository) db(ctx context.Context) postgres.DBTX {
	return postgres.GetDBTX(ctx, r.pool)
}
