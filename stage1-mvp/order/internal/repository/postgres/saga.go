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

// errNoRequest says that a saga cannot be answered, because its request was deleted.
var errNoRequest = errors.New("the request of this saga is unknown")

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
		s.ID, s.Type, s.Order.ID(), string(s.Status), s.CurrentStep, s.Request.Scope, s.Request.Key, s.Steps, s.Version)
	if err := r.db(ctx).SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("insert saga %s: %w", s.ID, err)
	}
	return nil
}

// Save stores what changed, in one round trip: the saga if the stored version is still that of s, its order and its answer.
// Call it in a transaction, because the statements after the first run even if the saga is lost.
func (r *SagaRepository) Save(ctx context.Context, s *saga.Saga) error {
	batch := &pgx.Batch{}
	batch.Queue(gen.UpdateSaga,
		s.ID, s.Version, string(s.Status), s.CurrentStep, string(s.Failure.Code), s.Failure.Reason, s.Steps).Exec(oneRow(saga.ErrLost))
	queueOrder(batch, s.Order)
	if s.Answer != nil {
		batch.Queue(gen.SettleRequest, s.Request.Scope, s.Request.Key, s.Answer).Exec(oneRow(errNoRequest))
	}
	if err := r.db(ctx).SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("save saga %s: %w", s.ID, err)
	}
	return nil
}

// CountUnsettled returns how many sagas of each type are not settled. The partial index holds these alone.
func (r *SagaRepository) CountUnsettled(ctx context.Context) (map[string]int64, error) {
	rows, err := r.queries.CountUnsettledSagas(ctx, r.db(ctx))
	if err != nil {
		return nil, fmt.Errorf("count unsettled sagas: %w", err)
	}
	counts := make(map[string]int64, len(rows))
	for _, row := range rows {
		counts[row.SagaType] = row.Count
	}
	return counts, nil
}

// ListStale returns unsettled sagas that were not stored for this long, by the clock of the database.
func (r *SagaRepository) ListStale(ctx context.Context, staleAfter time.Duration, limit int) ([]saga.Stale, error) {
	rows, err := r.queries.ListStaleSagas(ctx, r.db(ctx), gen.ListStaleSagasParams{StaleAfter: staleAfter, MaxRows: int32(limit)})
	if err != nil {
		return nil, fmt.Errorf("list stale sagas: %w", err)
	}
	stale := make([]saga.Stale, len(rows))
	for i, row := range rows {
		stale[i] = saga.Stale{ID: row.ID, Version: row.Version, UpdatedAt: row.UpdatedAt}
	}
	return stale, nil
}

// Claim is a compare-and-swap: of all that saw the same stale saga, one raises its version, and the others get saga.ErrLost. So does the
// former driver, if it is only slow, when it tries to save.
func (r *SagaRepository) Claim(ctx context.Context, stale saga.Stale) (*saga.Saga, error) {
	claimed, err := r.queries.ClaimSaga(ctx, r.db(ctx), gen.ClaimSagaParams{
		ID: stale.ID, Version: stale.Version, UpdatedAt: stale.UpdatedAt,
	})
	if err != nil {
		return nil, fmt.Errorf("claim saga %s: %w", stale.ID, err)
	}
	if claimed == 0 {
		return nil, saga.ErrLost
	}
	s, err := r.load(ctx, stale.ID)
	if err != nil {
		return nil, err
	}
	// If another worker has claimed the saga since, its version is higher: saving with the version claimed here then fails, as it must.
	s.Version = stale.Version + 1
	return s, nil
}

// load returns the saga with its order, as they are stored.
func (r *SagaRepository) load(ctx context.Context, id string) (*saga.Saga, error) {
	db := r.db(ctx)
	row, err := r.queries.GetSaga(ctx, db, id)
	if err != nil {
		return nil, fmt.Errorf("load saga %s: %w", id, err)
	}
	order, err := getOrder(ctx, r.queries, db, row.AggregateID)
	if err != nil {
		return nil, fmt.Errorf("load order of saga %s: %w", id, err)
	}
	return toSaga(row, order)
}

func (r *SagaRepository) db(ctx context.Context) postgres.DBTX { return postgres.GetDBTX(ctx, r.pool) }
