package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/internal/repository/postgres/gen"
	"shop/order/internal/service/saga"
	"shop/platform/postgres"
)

// SagaRepository implements saga.Repository.
type SagaRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewSagaRepository returns a repository on the pool.
func NewSagaRepository(pool *pgxpool.Pool) *SagaRepository {
	return &SagaRepository{pool: pool, queries: gen.New()}
}

// Create stores a new saga with its order, in one round trip. Call it in a transaction.
func (r *SagaRepository) Create(ctx context.Context, s *saga.Saga) error {
	batch := &pgx.Batch{}
	queueOrder(batch, s.Order)
	batch.Queue(gen.InsertSaga,
		s.ID, s.Type, s.Order.ID(), string(s.Status), s.CurrentStep, s.Steps, s.Version)
	if err := r.db(ctx).SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("insert saga %s: %w", s.ID, err)
	}
	return nil
}

// Save stores what changed of the saga and of its order, in one round trip. A row that has changed since it was loaded is
// postgres.ErrStale. Call it in a transaction, because the statements after the first run even if the saga is stale.
func (r *SagaRepository) Save(ctx context.Context, s *saga.Saga) error {
	batch := &pgx.Batch{}
	batch.Queue(gen.UpdateSaga,
		s.ID, s.Version, string(s.Status), s.CurrentStep, string(s.Failure.Code), s.Failure.Reason, s.Steps).Exec(oneRow(postgres.ErrStale))
	queueOrder(batch, s.Order)
	if err := r.db(ctx).SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("save saga %s: %w", s.ID, err)
	}
	return nil
}

// Lock returns the open saga of the order, or saga.ErrNotFound. Call it in a transaction, which then is the only one that moves the saga.
func (r *SagaRepository) Lock(ctx context.Context, orderID string) (*saga.Saga, error) {
	row, err := r.queries.LockSaga(ctx, r.db(ctx), orderID)
	return r.locked(ctx, orderID, row, err)
}

// LockStale returns the saga as Lock does, if it is unsettled and was not stored for this long, by the clock of the database.
func (r *SagaRepository) LockStale(ctx context.Context, orderID string, staleAfter time.Duration) (*saga.Saga, error) {
	row, err := r.queries.LockStaleSaga(ctx, r.db(ctx), gen.LockStaleSagaParams{OrderID: orderID, StaleAfter: staleAfter})
	return r.locked(ctx, orderID, row, err)
}

// locked loads the order after the saga is locked: no other transaction changes it while its saga is open.
func (r *SagaRepository) locked(ctx context.Context, orderID string, row gen.SagaExecution, err error) (*saga.Saga, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, saga.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("lock saga of order %s: %w", orderID, err)
	}
	order, err := getOrder(ctx, r.queries, r.db(ctx), orderID)
	if err != nil {
		return nil, fmt.Errorf("load order of saga %s: %w", row.ID, err)
	}
	return toSaga(row, order)
}

// ListStale returns the orders of unsettled sagas that were not stored for this long, by the clock of the database.
func (r *SagaRepository) ListStale(ctx context.Context, staleAfter time.Duration, limit int) ([]string, error) {
	ids, err := r.queries.ListStaleSagas(ctx, r.db(ctx), gen.ListStaleSagasParams{StaleAfter: staleAfter, MaxRows: int32(limit)})
	if err != nil {
		return nil, fmt.Errorf("list stale sagas: %w", err)
	}
	return ids, nil
}

// ListOpen returns sagas that are in progress or have failed, the oldest first.
func (r *SagaRepository) ListOpen(ctx context.Context, limit int) ([]saga.Open, error) {
	rows, err := r.queries.ListOpenSagas(ctx, r.db(ctx), int32(limit))
	if err != nil {
		return nil, fmt.Errorf("list open sagas: %w", err)
	}
	open := make([]saga.Open, len(rows))
	for i, row := range rows {
		if open[i], err = toOpen(row); err != nil {
			return nil, err
		}
	}
	return open, nil
}

// CountOpen returns how many sagas are open, and how many of them were created longer ago than stuckAfter, by the clock of the database. The
// partial index holds these alone.
func (r *SagaRepository) CountOpen(ctx context.Context, stuckAfter time.Duration) ([]saga.Count, error) {
	rows, err := r.queries.CountOpenSagas(ctx, r.db(ctx), stuckAfter)
	if err != nil {
		return nil, fmt.Errorf("count open sagas: %w", err)
	}
	counts := make([]saga.Count, len(rows))
	for i, row := range rows {
		counts[i] = saga.Count{Type: row.SagaType, Status: saga.Status(row.Status), N: row.Count, Stuck: row.Stuck}
	}
	return counts, nil
}

func (r *SagaRepository) db(ctx context.Context) postgres.DBTX { return postgres.GetDBTX(ctx, r.pool) }
