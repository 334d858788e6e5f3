package grpcstatus

import (
	"errors"
	"fmt"
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	"shop/platform/errs"
)

//stagecraft:drop
var grpcCodes map[errs.Code]codes.Code

func Of(err error) *status.Status {
	if err == nil {
		return nil
	}
	public := errs.From(err)
	if !errors.As(err, new(*errs.DomainError)) {
		var own interface{ GRPCStatus() *status.Status }
		if errors.As(err, &own) {
			if _, ok := shopInfo(own.GRPCStatus()); ok {
				return own.GRPCStatus() // mapped before
			}
			code := own.GRPCStatus().Code()
			return status.New(code, codeOf(code).Message())
		}
	}
	message := &spb.Status{Code: int32(toGRPC(public.Code)), Message: public.Message}
	info := &errdetails.ErrorInfo{Reason: public.Reason, Domain: detailDomain, Metadata: map[string]string{"code": strconv.Itoa(int(public.Code))}}
	if detail, err := anypb.New(info); err == nil {
		message.Details = append(message.Details, detail)
	}
	return status.FromProto(message)
}

//stagecraft:add
func toGRPC(code errs.Code) codes.Code {
	for c := codes.Canceled; c <= codes.Unauthenticated; c++ {
		if c != codes.OutOfRange && codeOf(c) == code && code != errs.Internal {
			return c
		}
	}
	if code == errs.Conflict {
		return codes.AlreadyExists
	}
	return codes.Internal
}

func Error(err error) error {
	if err == nil {
		return nil
	}
	return both{fmt.Errorf("call: %w", err), Of(err)}
}

//stagecraft:add
type both struct {
	error
	sent *status.Status
}

//stagecraft:add
func (b both) Unwrap() error { return b.error }

//stagecraft:add
func (b both) GRPCStatus() *status.Status { return b.sent }

//stagecraft:drop
type statusError struct{}

//stagecraft:drop
func (e *statusError) Error() string { return "" }

//stagecraft:drop
func (e *statusError) Unwrap() error { return nil }

//stagecraft:drop
func (e *statusError) GRPCStatus() *status.Status { return nil }
