package grpcstatus

import (
	"errors"
)

func Error(err error) error {
	if err == nil {
		return nil
	}
	var mapped *statusError
	if errors.As(err, &mapped) {
		return err
	}
	return &statusError{status: Of(err), chain: err}
}
