package breaker

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// isFailure reports whether err says that the dependency does not work. A refusal does not: it shows that the dependency is there and
// decides. Neither does the end of a caller that gave up.
func isFailure(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Internal, codes.ResourceExhausted:
		return true
	default:
		return false
	}
}
