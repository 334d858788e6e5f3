package grpcserver

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"shop/platform/grpcstatus"
)

// Every interceptor that must see a panic recovers it for itself, so recovery can be anywhere; it is a last net here.
func newChain(p Params) (unary []grpc.UnaryServerInterceptor, stream []grpc.StreamServerInterceptor) {
	shared := []interceptor{
		recoverPanic, correlate, safe(logCalls(p.Service, p.Log)), recoverPanic, newMetrics(p.Registry).observe, limitRate(p.Config), safe(authorize(p)),
		safe(mapErrors),
	}
	for _, i := range shared {
		unary, stream = append(unary, i.unary), append(stream, i.stream)
	}
	unary = append(unary, defaultDeadline(p.Config.DefaultTimeout).unary)
	stream = append(stream, limitDuration(p.Config.StreamTimeout).stream)
	return unary, stream
}

// safe turns the panics of one interceptor and of all below it into errors that are mapped.
//
//stagecraft:add
func safe(i interceptor) interceptor {
	return func(ctx context.Context, method string, next func(ctx context.Context) error) (err error) {
		return recoverPanic(ctx, method, func(ctx context.Context) error {
			return i(ctx, method, func(ctx context.Context) error { return recoverPanic(ctx, method, next) })
		})
	}
}

func mapErrors(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	err := next(ctx)
	if err == nil {
		return nil
	}
	return answer{fmt.Errorf("call: %w", err), grpcstatus.Of(err)}
}

//stagecraft:add
type answer struct {
	error
	status *status.Status
}

//stagecraft:add
func (a answer) GRPCStatus() *status.Status { return a.status }

//stagecraft:add
func (a answer) Unwrap() error { return a.error }
