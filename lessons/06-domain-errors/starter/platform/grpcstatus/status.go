package grpcstatus

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
)

//stagecraft:drop
var grpcCodes map[errs.Code]codes.Code

// Of returns the gRPC status of err. It is the only place where an error becomes one. Causes are never sent.
func Of(err error) *status.Status {
	if err == nil {
		return nil
	}
	// TODO: code, message and detail of the DomainError.
	return status.New(codes.Unknown, err.Error())
}

// Error returns err as an error that gRPC sends as its status. It still has the whole chain for the log line.
func Error(err error) error {
	// TODO: the chain.
	return Of(err).Err()
}

//stagecraft:drop
type statusError struct{}

//stagecraft:drop
func (e *statusError) Error() string { return "" }

//stagecraft:drop
func (e *statusError) Unwrap() error { return nil }

//stagecraft:drop
func (e *statusError) GRPCStatus() *status.Status { return nil }
