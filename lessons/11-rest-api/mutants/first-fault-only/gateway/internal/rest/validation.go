package rest

import (
	"errors"

	"github.com/go-playground/validator/v10"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
)

// invalidFields returns an InvalidInput that names the fields.
func invalidFields(err error) error {
	var faults validator.ValidationErrors
	if !errors.As(err, &faults) {
		return errs.Wrap(err, errs.InvalidInput, "INVALID_INPUT", "the request is not valid")
	}
	fields := make([]reply.Field, len(faults))
	for i, fault := range faults {
		fields[i] = reply.Field{Field: wirePath(fault), Message: message(fault)}
	}
	return reply.Invalid(fields[0])
}
