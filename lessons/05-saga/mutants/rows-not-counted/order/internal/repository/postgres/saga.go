package postgres

import (
	"context"
	"fmt"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/repository/postgres/gen"
	"stagecraft/stage1-mvp/platform/postgres"
)

func (r *SagaRepository) Save(ctx context.Context, s *domain.Saga) error {
	db := postgres.GetDBTX(ctx, r.pool)
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
