package grpcstatus

import (
	"errors"
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
)

// Of returns the gRPC status of err. It is the only place where an error becomes one. Causes are never sent.
func Of(err error) *status.Status {
	if err == nil {
		return nil
	}
	var mapped *statusError
	if errors.As(err, &mapped) {
		return mapped.status
	}
	var e *errs.DomainError
	if st, ok := status.FromError(err); ok {
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
