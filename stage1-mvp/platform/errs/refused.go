package errs

import (
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Refused tells whether err proves that the called service did not do the work and never will: a business answer. Everything else
// (timeout, lost connection, crash on the other side) may have happened and must be treated as if it had.
func Refused(err error) bool {
	var st interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &st) {
		return false
	}
	switch st.GRPCStatus().Code() {
	case codes.InvalidArgument, codes.NotFound, codes.FailedPrecondition, codes.OutOfRange:
		return true
	default:
		return false
	}
}
