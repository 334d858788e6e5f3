package grpcstatus

import (
	"errors"
	"strconv"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
)

// Parse turns the answer of another service into a DomainError, and is the reverse of Error. It passes on only messages that carry the
// detail of the shop's services: those of the transport name addresses and ports, which belong in the log. The status error stays in the
// chain, for the log and for status.Code.
func Parse(err error) error {
	st, ok := statusOf(err)
	if !ok {
		return err
	}
	if info, ok := shopInfo(st); ok {
		code := codeOfInfo(info, st.Code())
		return &errs.DomainError{
			Code: code, Reason: info.GetReason(), Message: st.Message(), Cause: err, Remote: true, RetryAfter: retryDelay(st),
		}
	}
	code := codeOf(st.Code())
	return &errs.DomainError{Code: code, Reason: code.String(), Message: code.Message(), Cause: err, RetryAfter: retryDelay(st)}
}

// statusOf returns the status as it was sent. After the last attempt of a call gRPC wraps it, and status.FromError would put the text of
// that wrapping before its message.
func statusOf(err error) (*status.Status, bool) {
	var sent interface{ GRPCStatus() *status.Status }
	if errors.As(err, &sent) {
		return sent.GRPCStatus(), true
	}
	return nil, false
}

func retryDelay(st *status.Status) time.Duration {
	for _, detail := range st.Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return max(0, info.GetRetryDelay().AsDuration())
		}
	}
	return 0
}

// shopInfo returns the detail that Of adds. Only the shop's own services send it.
func shopInfo(st *status.Status) (*errdetails.ErrorInfo, bool) {
	for _, detail := range st.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == detailDomain {
			return info, true
		}
	}
	return nil, false
}

func codeOfInfo(info *errdetails.ErrorInfo, c codes.Code) errs.Code {
	if n, err := strconv.Atoi(info.GetMetadata()["code"]); err == nil && errs.Code(n).Known() {
		return errs.Code(n)
	}
	return codeOf(c)
}

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
	case codes.Unavailable:
		return errs.Unavailable
	case codes.DeadlineExceeded:
		return errs.DeadlineExceeded
	default:
		return errs.Internal
	}
}
