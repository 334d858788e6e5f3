package errs

import (
	"context"
	"errors"
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const detailDomain = "stagecraft"

var grpcCodes = map[Code]codes.Code{
	NotFound:      codes.NotFound,
	InvalidInput:  codes.InvalidArgument,
	Precondition:  codes.FailedPrecondition,
	Unauthorized:  codes.Unauthenticated,
	Forbidden:     codes.PermissionDenied,
	Conflict:      codes.AlreadyExists,
	RateLimited:   codes.ResourceExhausted,
	AlreadyExists: codes.AlreadyExists,
	Aborted:       codes.Aborted,
	Internal:      codes.Internal,
}

// ToStatus is the only place where an error becomes a gRPC status. An expired or cancelled context keeps its own status: the client
// must know that the call may have happened. A cause is never sent.
func ToStatus(err error) *status.Status {
	var e *DomainError
	if !errors.As(err, &e) {
		switch {
		case err == nil:
			return nil
		case errors.Is(err, context.DeadlineExceeded):
			return status.New(codes.DeadlineExceeded, "deadline exceeded")
		case errors.Is(err, context.Canceled):
			return status.New(codes.Canceled, "canceled")
		}
		e = From(err)
	}
	code, ok := grpcCodes[e.Code]
	if !ok {
		code = codes.Internal
	}
	st := status.New(code, e.Message)
	// Two of our codes share one of gRPC's, so the exact one travels as a detail.
	detailed, err := st.WithDetails(&errdetails.ErrorInfo{
		Reason:   e.Reason,
		Domain:   detailDomain,
		Metadata: map[string]string{"code": strconv.Itoa(int(e.Code))},
	})
	if err != nil {
		return st
	}
	return detailed
}

// ToGRPC returns err as an error that gRPC sends as its status, and that still carries the whole chain for the log line outside.
func ToGRPC(err error) error {
	if err == nil {
		return nil
	}
	return &statusError{status: ToStatus(err), chain: err}
}

type statusError struct {
	status *status.Status
	chain  error
}

func (e *statusError) Error() string              { return e.chain.Error() }
func (e *statusError) Unwrap() error              { return e.chain }
func (e *statusError) GRPCStatus() *status.Status { return e.status }

// FromStatus is the way back: what a client of another service makes of its answer. The status error stays in the chain, so that
// status.Code and Uncertain can still see it.
func FromStatus(err error) error {
	st, ok := status.FromError(err)
	if err == nil || !ok {
		return err
	}
	e := &DomainError{Code: codeOfStatus(st.Code()), Reason: reasonOfStatus(st.Code()), Message: st.Message(), Cause: err}
	for _, detail := range st.Details() {
		info, ok := detail.(*errdetails.ErrorInfo)
		if !ok || info.GetDomain() != detailDomain {
			continue
		}
		if n, err := strconv.Atoi(info.GetMetadata()["code"]); err == nil && names[Code(n)] != "" {
			e.Code = Code(n)
		}
		e.Reason = info.GetReason()
	}
	return e
}

func codeOfStatus(c codes.Code) Code {
	switch c {
	case codes.NotFound:
		return NotFound
	case codes.InvalidArgument, codes.OutOfRange:
		return InvalidInput
	case codes.FailedPrecondition:
		return Precondition
	case codes.Unauthenticated:
		return Unauthorized
	case codes.PermissionDenied:
		return Forbidden
	case codes.AlreadyExists:
		return AlreadyExists
	case codes.ResourceExhausted:
		return RateLimited
	case codes.Aborted, codes.Unavailable, codes.DeadlineExceeded, codes.Canceled:
		return Aborted
	default:
		return Internal
	}
}

func reasonOfStatus(c codes.Code) string {
	switch c {
	case codes.Unavailable:
		return "UNAVAILABLE"
	case codes.DeadlineExceeded:
		return "DEADLINE_EXCEEDED"
	case codes.Canceled:
		return "CANCELLED"
	default:
		return codeOfStatus(c).String()
	}
}
