package grpcstatus

import (
	"errors"

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
	if st, ok := status.FromError(err); ok && !errors.As(err, &e) {
		// An error of gRPC itself, such as that of a stream whose client is gone: its code is right, its text is for the log.
		return status.New(st.Code(), codeOf(st.Code()).Message())
	}
	e = errs.From(err)
	code, ok := grpcCodes[e.Code]
	if !ok {
		code = codes.Internal
	}
	return status.New(code, e.Message)
}
