package usecase

import (
	"github.com/google/uuid"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/idempotency"
)

const maxStepName = 64

// parseStep returns the step and the order in the one way of writing that keys and rows have.
func parseStep(sagaID, stepName, orderID string) (idempotency.Step, string, error) {
	saga, sagaErr := uuid.Parse(sagaID)
	order, orderErr := uuid.Parse(orderID)
	if sagaErr != nil || orderErr != nil || stepName == "" || len(stepName) > maxStepName {
		return idempotency.Step{}, "", errs.New(errs.InvalidInput, "INVALID_STEP",
			"a step needs the UUIDs of its saga and its order, and a name of 1 to %d characters", maxStepName)
	}
	return idempotency.Step{SagaID: saga.String(), Name: stepName}, order.String(), nil
}
