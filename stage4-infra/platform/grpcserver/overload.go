package grpcserver

import (
	"context"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"shop/platform/grpcstatus"
	"shop/platform/overload"
)

const (
	systemPrefix   = "/grpc."                 // health and reflection
	pushbackHeader = "grpc-retry-pushback-ms" // by gRFC A6; clients of gRPC wait for it before they retry
)

// shedLoad refuses calls while the server is overloaded, before they have cost anything.
func shedLoad(p Params) (unary, stream interceptor) {
	limiter := overload.New(p.Config.Overload, p.Registry, time.Now)
	priority := func(method string) overload.Priority {
		if strings.HasPrefix(method, systemPrefix) {
			return overload.Always
		}
		return p.Priority[method]
	}
	refuse := func(ctx context.Context, err error) error {
		pushback := strconv.FormatInt(limiter.RetryAfter().Milliseconds(), 10)
		_ = grpc.SetTrailer(ctx, metadata.Pairs(pushbackHeader, pushback))
		return grpcstatus.Error(err)
	}
	unary = func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		done, err := limiter.Admit(ctx, priority(method))
		if err != nil {
			return refuse(ctx, err)
		}
		defer done()
		return next(ctx)
	}
	stream = func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		if err := limiter.Check(ctx, priority(method)); err != nil {
			return refuse(ctx, err)
		}
		return next(ctx)
	}
	return unary, stream
}
