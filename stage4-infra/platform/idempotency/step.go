package idempotency

import (
	"strings"

	"github.com/google/uuid"

	"shop/platform/errs"
)

const maxStepName = 64

// Step is one step of one saga. The action and the compensation of a step share its name, and so its row; both must be for the same order.
type Step struct {
	SagaID  string
	Name    string
	OrderID string
}

// ParseStep returns the step, and the order of its saga, with ids in the one spelling that keys and rows use; or InvalidInput.
func ParseStep(sagaID, name, orderID string) (step Step, order string, err error) {
	saga, sagaErr := uuid.Parse(sagaID)
	parsed, orderErr := uuid.Parse(orderID)
	if sagaErr != nil || orderErr != nil || name == "" || len(name) > maxStepName || strings.ContainsFunc(name, notPrintable) {
		return Step{}, "", errs.New(errs.InvalidInput, "INVALID_STEP",
			"a step needs the UUIDs of its saga and its order, and a name of 1 to %d printable ASCII characters", maxStepName)
	}
	return Step{SagaID: saga.String(), Name: name, OrderID: parsed.String()}, parsed.String(), nil
}

// Key returns the key under which the step is stored.
func (s Step) Key() string { return s.SagaID + "/" + s.Name }
