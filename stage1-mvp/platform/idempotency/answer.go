package idempotency

import (
	"encoding/json"
	"errors"
	"fmt"

	"stagecraft/stage1-mvp/platform/errs"
)

// answer is a result or a refusal, as it is stored. A refusal is an answer like any other: repeating the request gives it again.
type answer struct {
	Value   json.RawMessage `json:"value,omitempty"`
	Refusal *refusal        `json:"refusal,omitempty"`
}

type refusal struct {
	Code    errs.Code `json:"code"`
	Reason  string    `json:"reason"`
	Message string    `json:"message"`
}

// Encode returns an answer to be stored: value, or err if it is a DomainError of any code but Internal. Other errors are no answer and
// come back as they are.
func Encode(value any, err error) (json.RawMessage, error) {
	if err != nil {
		var e *errs.DomainError
		if !errors.As(err, &e) || e.Code == errs.Internal {
			return nil, err
		}
		return json.Marshal(answer{Refusal: &refusal{Code: e.Code, Reason: e.Reason, Message: e.Message}})
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return json.Marshal(answer{Value: raw})
}

// Decode reads a stored answer into value, or returns the refusal that was stored.
func Decode(stored json.RawMessage, value any) error {
	var a answer
	if err := json.Unmarshal(stored, &a); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	if a.Refusal != nil {
		return errs.New(a.Refusal.Code, a.Refusal.Reason, "%s", a.Refusal.Message)
	}
	if err := json.Unmarshal(a.Value, value); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	return nil
}
