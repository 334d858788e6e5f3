package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/repository/postgres/gen"
	"stagecraft/stage1-mvp/platform/postgres"
)

// SagaRepository implements domain.SagaRepository.
type SagaRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewSagaRepository returns a repository on the pool.
func NewSagaRepository(pool *pgxpool.Pool) *SagaRepository {
	return &SagaRepository{pool: pool, queries: gen.New()}
}

// Create stores a new saga, which has no steps yet.
func (r *SagaRepository) Create(ctx context.Context, s *domain.Saga) error {
	err := r.queries.InsertSaga(ctx, r.db(ctx), gen.InsertSagaParams{
		ID:           s.ID,
		SagaType:     s.Type,
		AggregateID:  s.OrderID,
		Status:       string(s.Status),
		RequestScope: s.Request.Scope,
		RequestKey:   s.Request.Key,
		Version:      s.Version,
	})
	if err != nil {
		return fmt.Errorf("insert saga %s: %w", s.ID, err)
	}
	return nil
}

// Save stores the saga and its steps if the stored version is still that of s. Call it in a transaction.
func (r *SagaRepository) Save(ctx context.Context, s *domain.Saga) error {
	db := r.db(ctx)
	updated, err := r.queries.UpdateSaga(ctx, db, gen.UpdateSagaParams{
		ID:            s.ID,
		Status:        string(s.Status),
		CurrentStep:   s.CurrentStep,
		FailureCode:   string(s.Failure.Code),
		FailureReason: s.Failure.Reason,
		Version:       s.Version,
	})
	if err != nil {
		return fmt.Errorf("update saga: %w", err)
	}
	if updated == 0 {
		return domain.ErrSagaLost
	}
	for i, step := range s.Steps {
		err := r.queries.UpsertSagaStep(ctx, db, gen.UpsertSagaStepParams{
			SagaID:   s.ID,
			StepName: step.Name,
			Position: int16(i),
			Status:   string(step.Status),
			Attempts: int32(step.Attempts),
			Error:    step.Error,
		})
		if err != nil {
			return fmt.Errorf("save step %s: %w", step.Name, err)
		}
	}
	return nil
}

// IDOf returns the id of the order's saga of this type, or domain.ErrSagaNotFound.
func (r *SagaRepository) IDOf(ctx context.Context, sagaType, orderID string) (string, error) {
	id, err := r.queries.GetSagaID(ctx, r.db(ctx), gen.GetSagaIDParams{SagaType: sagaType, AggregateID: orderID})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("%s of order %s: %w", sagaType, orderID, domain.ErrSagaNotFound)
	}
	if err != nil {
		return "", fmt.Errorf("find %s of order %s: %w", sagaType, orderID, err)
	}
	return id, nil
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

// ListStale returns unsettled sagas that nobody has stored for this long, by the clock of the database.
func (r *SagaRepository) ListStale(ctx context.Context, staleAfter time.Duration, limit int) ([]domain.StaleSaga, error) {
	rows, err := r.queries.ListStaleSagas(ctx, r.db(ctx), gen.ListStaleSagasParams{
		StaleAfter: staleAfter, MaxRows: int32(limit),
	})
	if err != nil {
		return nil, fmt.Errorf("list stale sagas: %w", err)
	}
	stale := make([]domain.StaleSaga, len(rows))
	for i, row := range rows {
		stale[i] = domain.StaleSaga{ID: row.ID, Version: row.Version, UpdatedAt: row.UpdatedAt}
	}
	return stale, nil
}

// Claim is a compare-and-swap: of all who saw the same stale saga, one raises its version, and the others get domain.ErrSagaLost. So does
// the one that drove it before, when it wakes up and tries to save.
func (r *SagaRepository) Claim(ctx context.Context, stale domain.StaleSaga) (*domain.Saga, error) {
	db := r.db(ctx)
	claimed, err := r.queries.ClaimSaga(ctx, db, gen.ClaimSagaParams{ID: stale.ID, Version: stale.Version, UpdatedAt: stale.UpdatedAt})
	if err != nil {
		return nil, fmt.Errorf("claim saga %s: %w", stale.ID, err)
	}
	if claimed == 0 {
		return nil, domain.ErrSagaLost
	}
	row, err := r.queries.GetSaga(ctx, db, stale.ID)
	if err != nil {
		return nil, fmt.Errorf("load saga %s: %w", stale.ID, err)
	}
	steps, err := r.queries.ListSagaSteps(ctx, db, stale.ID)
	if err != nil {
		return nil, fmt.Errorf("load steps of saga %s: %w", stale.ID, err)
	}
	s := toSaga(row, steps)
	// Whatever happened after the claim is somebody else's; saving with the version claimed here then fails, as it should.
	s.Version = stale.Version + 1
	return s, nil
}

func (r *SagaRepository) db(ctx context.Context) postgres.DBTX { return postgres.GetDBTX(ctx, r.pool) }
