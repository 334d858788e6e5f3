package reply

import (
	"errors"

	"shop/platform/errs"
)

// InvalidFields is the cause of an InvalidInput that names fields.
type InvalidFields struct{ Fields []Field }

// Error returns the first of them, for the log.
func (e *InvalidFields) Error() string {
	if len(e.Fields) == 0 {
		return "invalid fields"
	}
	return e.Fields[0].Field + " " + e.Fields[0].Message
}

// Invalid returns an InvalidInput that names the fields.
func Invalid(fields ...Field) error {
	cause := &InvalidFields{Fields: fields}
	return errs.Wrap(cause, errs.InvalidInput, "INVALID_FIELDS", "the request is not valid")
}

func asInvalid(err error) (*InvalidFields, bool) {
	var invalid *InvalidFields
	ok := errors.As(err, &invalid)
	return invalid, ok
}
