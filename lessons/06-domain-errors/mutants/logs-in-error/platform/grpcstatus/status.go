package grpcstatus

import (
	"log"

	"shop/platform/errs"
)

func Error(err error) error {
	if err == nil {
		return nil
	}
	if errs.CodeOf(err) == errs.Internal {
		log.Printf("internal error: %v", err)
	}
	return &statusError{status: Of(err), chain: err}
}
