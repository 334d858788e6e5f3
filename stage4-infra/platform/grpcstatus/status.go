// Package grpcstatus translates the errors of package errs to gRPC statuses and back.
package grpcstatus

import (
	"errors"
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"shop/platform/errs"
)

const detailDomain = "stagecraft"

var grpcCodes = map[errs.Code]codes.Code{
	errs.NotFound:         codes.NotFound,
	errs.InvalidInput:     codes.InvalidArgument,
	errs.Precondition:     codes.FailedPrecondition,
	errs.Unauthorized:     codes.Unauthenticated,
	errs.Forbidden:        codes.PermissionDenied,
	errs.Conflict:         codes.AlreadyExists,
	errs.RateLimited:      codes.ResourceExhausted,
	errs.AlreadyExists:    codes.AlreadyExists,
	errs.Aborted:          codes.Aborted,
	errs.Canceled:         codes.Canceled,
	errs.Internal:         codes.Internal,
	errs.Unavailable:      codes.Unavailable,
	errs.DeadlineExceeded: codes.DeadlineExceeded,
}

// Of returns the gRPC status of err. It is the only place where an error becomes one. Causes are never sent.
func Of(err error) *status.Status {
	if err == nil {
		return nil
	}
	var e *errs.DomainError
	if st, ok := status.FromError(err); ok && !errors.As(err, &e) {
		var mapped *statusError
		if errors.As(err, &mapped) {
			return mapped.status // its reason is right
		}
		// An error of gRPC itself, such as that of a stream whose client is gone: its code is right, its text is for the log.
		return status.New(st.Code(), codeOf(st.Code()).Message())
	}
	e = errs.From(err)
	code, ok := grpcCodes[e.Code]
	if !ok {
		code = codes.Internal
	}
	st := status.New(code, e.Message)
	// Two codes of the shop share one of gRPC's, so the exact one travels as a detail.
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{
		Reason:   e.Reason,
		Domain:   detailDomain,
		Metadata: map[string]string{"code": strconv.Itoa(int(e.Code))},
	}}
	if e.RetryAfter > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(e.RetryAfter)})
	}
	detailed, err := st.WithDetails(details...)
	if err != nil {
		return st
	}
	return detailed
}

// Error returns err as an error that gRPC sends as its status. It still has the whole chain for the log line.
func Error(err error) error {
	if err == nil {
		return nil
	}
	return &statusError{status: Of(err), chain: err}
}

type statusError struct {
	status *status.Status
	chain  error
}

func (e *statusError) Error() string              { return e.chain.Error() }
func (e *statusError) Unwrap() error              { return e.chain }
func (e *statusError) GRPCStatus() *status.Status { return e.status }
