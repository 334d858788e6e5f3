package idempotency

import (
	"strings"

	"github.com/google/uuid"

	"stagecraft/stage1-mvp/platform/errs"
)

const maxStepName = 64

// Step is one step of one saga. Action and compensation of a step share its name, and so one row.
type Step struct {
	SagaID string
	Name   string
}

// ParseStep returns the step, and the order that its saga is about, with ids in the one spelling that keys and rows use; or InvalidInput.
func ParseStep(sagaID, name, orderID string) (step Step, order string, err error) {
	saga, sagaErr := uuid.Parse(sagaID)
	parsed, orderErr := uuid.Parse(orderID)
	if sagaErr != nil || orderErr != nil || name == "" || len(name) > maxStepName || strings.ContainsFunc(name, notPrintable) {
		return Step{}, "", errs.New(errs.InvalidInput, "INVALID_STEP",
			"a step needs the UUIDs of its saga and its order, and a name of 1 to %d printable ASCII characters", maxStepName)
	}
	return Step{SagaID: saga.String(), Name: name}, parsed.String(), nil
}

func (s Step) key() string { return s.SagaID + "/" + s.Name }
