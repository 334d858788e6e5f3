package idempotency

import (
	"encoding/json"
	"errors"
	"fmt"

	"shop/platform/errs"
)

// answer is how a result or a refusal is stored. A refusal is an answer: repeating the request returns it again.
type answer struct {
	Value   json.RawMessage `json:"value,omitempty"`
	Refusal *refusal        `json:"refusal,omitempty"`
}

type refusal struct {
	Code    errs.Code `json:"code"`
	Reason  string    `json:"reason"`
	Message string    `json:"message"`
}

// Encode returns an answer to be stored: value, or err if it is a DomainError that does not describe a fault of the moment. Other errors are
// no answers and are returned unchanged.
func Encode(value any, err error) (json.RawMessage, error) {
	if err != nil {
		var e *errs.DomainError
		if !errors.As(err, &e) || passes(e.Code) {
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

// passes reports whether the code describes a fault of the moment, such as an outage.
func passes(code errs.Code) bool {
	return code == errs.Internal || code == errs.Unavailable || code == errs.DeadlineExceeded || code == errs.Canceled
}

// storedRefusal is a refusal that Decode has read.
type storedRefusal struct{ error }

func (r storedRefusal) Unwrap() error { return r.error }

// IsStored reports whether err is a refusal that was read by Decode: the transaction that stores the answer may be committed. After any other
// error it must be rolled back.
func IsStored(err error) bool {
	var r storedRefusal
	return errors.As(err, &r)
}

// Decode reads a stored answer into value, or returns the stored refusal.
func Decode(stored json.RawMessage, value any) error {
	var a answer
	if err := json.Unmarshal(stored, &a); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	if a.Refusal != nil {
		return storedRefusal{errs.New(a.Refusal.Code, a.Refusal.Reason, "%s", a.Refusal.Message)}
	}
	if err := json.Unmarshal(a.Value, value); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	return nil
}

// IsRefusal reports whether a stored answer is a refusal.
func IsRefusal(stored json.RawMessage) bool {
	var a answer
	return json.Unmarshal(stored, &a) == nil && a.Refusal != nil
}
