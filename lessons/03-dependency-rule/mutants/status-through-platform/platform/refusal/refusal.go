// Package refusal makes the errors that clients see.
package refusal

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Precondition returns a refusal.
func Precondition(reason string, err error) error {
	return status.Errorf(codes.FailedPrecondition, "%s: %s", reason, err)
}
