package grpcstatus

import (
	"google.golang.org/grpc/codes"

	"shop/platform/errs"
)

// codeOf returns the code for a status without the shop's detail.
func codeOf(c codes.Code) errs.Code {
	switch c {
	case codes.NotFound:
		return errs.NotFound
	case codes.InvalidArgument, codes.OutOfRange:
		return errs.InvalidInput
	case codes.FailedPrecondition:
		return errs.Precondition
	case codes.Unauthenticated:
		return errs.Unauthorized
	case codes.PermissionDenied:
		return errs.Forbidden
	case codes.AlreadyExists:
		return errs.AlreadyExists
	case codes.ResourceExhausted:
		return errs.RateLimited
	case codes.Aborted:
		return errs.Aborted
	case codes.Canceled:
		return errs.Canceled
	case codes.DeadlineExceeded:
		return errs.DeadlineExceeded
	default:
		return errs.Internal
	}
}
