package messaging

import (
	"errors"

	"shop/platform/errs"
)

// permanent is an error that no repetition of a message can avoid.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error of a handler as one that every delivery of the message would meet: the message goes to the dead letters.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// IsPermanent reports whether err, or an error that it wraps, was marked by Permanent or is a refusal that no repetition changes.
func IsPermanent(err error) bool {
	var p permanent
	if errors.As(err, &p) {
		return true
	}
	switch errs.CodeOf(err) {
	case errs.InvalidInput, errs.NotFound, errs.Precondition, errs.Conflict, errs.AlreadyExists, errs.Forbidden, errs.Unauthorized:
		return true
	default:
		return false
	}
}
