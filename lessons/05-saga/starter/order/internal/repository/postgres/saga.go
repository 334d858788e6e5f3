package postgres

import (
	"context"
	"fmt"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/repository/postgres/gen"
	"stagecraft/stage1-mvp/platform/postgres"
)

// Save stores the saga and its steps if the stored version is still that of s; otherwise domain.ErrSagaLost. Call it in a transaction.
func (r *SagaRepository) Save(ctx context.Context, s *domain.Saga) error {
	db := postgres.GetDBTX(ctx, r.pool)
	// TODO: UpdateSaga returns how many rows it has changed.
	_, err := r.queries.UpdateSaga(ctx, db, gen.UpdateSagaParams{
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

// Claim takes the saga over if it still is as it was seen, and returns it; otherwise domain.ErrSagaLost.
func (r *SagaRepository) Claim(ctx context.Context, stale domain.StaleSaga) (*domain.Saga, error) {
	db := postgres.GetDBTX(ctx, r.pool)
	// TODO: this is a look, not a claim: everybody who looks believes that the saga is his. See ClaimSaga.
	row, err := r.queries.GetSaga(ctx, db, stale.ID)
	if err != nil {
		return nil, fmt.Errorf("load saga %s: %w", stale.ID, err)
	}
	steps, err := r.queries.ListSagaSteps(ctx, db, stale.ID)
	if err != nil {
		return nil, fmt.Errorf("load steps of saga %s: %w", stale.ID, err)
	}
	return toSaga(row, steps), nil
}
