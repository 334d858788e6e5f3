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

// ToStatus is the only place where an error becomes a gRPC status. An expired or cancelled context keeps its own status, because the client
// must know that the call may have happened. Causes are never sent.
func ToStatus(err error) *status.Status {
	if err == nil {
		return nil
	}
	var e *DomainError
	if !errors.As(err, &e) {
		if code, ok := ownCode(err); ok {
			return status.New(code, messageOfStatus(code))
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

// ownCode is the code of an error that had one before anybody of ours saw it.
func ownCode(err error) (codes.Code, bool) {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return codes.DeadlineExceeded, true
	case errors.Is(err, context.Canceled):
		return codes.Canceled, true
	}
	st, ok := status.FromError(err)
	return st.Code(), ok
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

// FromStatus is the reverse: it turns the answer of another service into an error. Only messages of our own services, which carry our
// detail, are passed on: those of the transport name addresses and ports, which belong only in the log. The status error stays in the
// chain, for the log and for status.Code and Refused.
func FromStatus(err error) error {
	st, ok := status.FromError(err)
	if err == nil || !ok {
		return err
	}
	if info, ours := ownInfo(st); ours {
		return &DomainError{Code: codeOfInfo(info, st.Code()), Reason: info.GetReason(), Message: st.Message(), Cause: err}
	}
	return &DomainError{
		Code: codeOfStatus(st.Code()), Reason: reasonOfStatus(st.Code()), Message: messageOfStatus(st.Code()), Cause: err,
	}
}

// ownInfo returns the detail that ToStatus adds; only our own services send it.
func ownInfo(st *status.Status) (*errdetails.ErrorInfo, bool) {
	for _, detail := range st.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == detailDomain {
			return info, true
		}
	}
	return nil, false
}

func codeOfInfo(info *errdetails.ErrorInfo, c codes.Code) Code {
	if n, err := strconv.Atoi(info.GetMetadata()["code"]); err == nil && names[Code(n)] != "" {
		return Code(n)
	}
	return codeOfStatus(c)
}
