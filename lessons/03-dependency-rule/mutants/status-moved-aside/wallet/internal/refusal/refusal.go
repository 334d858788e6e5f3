// Package refusal makes the errors that clients see.
package refusal

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Full says that a wallet takes no more.
func Full(err error) error { return status.Errorf(codes.FailedPrecondition, "WALLET_FULL: %s", err) }
