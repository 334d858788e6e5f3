package grpcserver

import (
	"context"
	"strings"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionalpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"

	"shop/platform/auth"
	"shop/platform/correlation"
	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

const healthPrefix = "/grpc.health."

// newChain returns the interceptors of a server for unary calls and streams, outermost first. They share metrics, limit and rules. Streams
// end with draining.
//
// The order matters. Tracing is outside of all of them (a stats handler), so that every line has a trace. Load is shed before anything is
// logged or verified, because a refusal must cost little; the metrics are outside of it and count refusals like all other calls. Logging is
// outside of recovery and error mapping, so that it sees the final status; the mapped error still has the original chain. The rate limit
// comes before auth, because an attacker could make the server verify signatures all the time.
func newChain(p Params, draining context.Context) (unary []grpc.UnaryServerInterceptor, stream []grpc.StreamServerInterceptor) {
	observe := interceptor(newMetrics(p.Registry).observe)
	shedUnary, shedStream := shedLoad(p)
	unary = append(unary, observe.unary, shedUnary.unary)
	stream = append(stream, observe.stream, shedStream.stream)
	shared := []interceptor{correlate, logCalls(p.Service, p.Log), recoverPanic, limitRate(p.Config), authorize(p)}
	for _, i := range shared {
		unary, stream = append(unary, i.unary), append(stream, i.stream)
	}
	unary = append(unary, defaultDeadline(p.Config.DefaultTimeout).unary, interceptor(mapErrors).unary)
	stream = append(stream, limitDuration(p.Config.StreamTimeout).stream, endWith(draining), interceptor(mapErrors).stream)
	return unary, stream
}

// correlate takes over the caller's correlation id, or makes one.
func correlate(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	var id string
	if ids := metadata.ValueFromIncomingContext(ctx, correlation.Header); len(ids) > 0 {
		id = ids[0]
	}
	return next(correlation.With(ctx, id))
}

// limitRate protects the server as a whole. Limits per client are up to the gateway, which knows the clients.
func limitRate(cfg Config) interceptor {
	limiter := rate.NewLimiter(rate.Limit(cfg.RateLimit), cfg.RateBurst)
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		// A busy server is healthy: health checks always pass.
		if strings.HasPrefix(method, healthPrefix) || limiter.Allow() {
			return next(ctx)
		}
		return grpcstatus.Error(errs.New(errs.RateLimited, "RATE_LIMITED", "too many requests, try again later"))
	}
}

// authorize applies the rules of the service and the public methods that every server has.
func authorize(p Params) interceptor {
	rules := auth.Rules{
		healthpb.Health_Check_FullMethodName:                                 {auth.Public},
		healthpb.Health_Watch_FullMethodName:                                 {auth.Public},
		healthpb.Health_List_FullMethodName:                                  {auth.Public},
		reflectionpb.ServerReflection_ServerReflectionInfo_FullMethodName:    {auth.Public},
		reflectionalpha.ServerReflection_ServerReflectionInfo_FullMethodName: {auth.Public},
	}
	for method, roles := range p.Rules {
		rules[method] = roles
	}
	authorizer := auth.NewAuthorizer(p.Verifier, rules)
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		ctx, err := authorizer.Authorize(ctx, method)
		if err != nil {
			return grpcstatus.Error(err)
		}
		return next(ctx)
	}
}

// defaultDeadline gives a deadline to calls that come without one, so that all calls below have one to propagate.
func defaultDeadline(timeout time.Duration) interceptor {
	return func(ctx context.Context, _ string, next func(ctx context.Context) error) error {
		if _, ok := ctx.Deadline(); ok {
			return next(ctx)
		}
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return next(ctx)
	}
}

// limitDuration ends streams that last too long, even if their client allows more.
func limitDuration(limit time.Duration) interceptor {
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		// A load balancer would take the end of its health stream for a failure.
		if strings.HasPrefix(method, healthPrefix) {
			return next(ctx)
		}
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return next(ctx)
	}
}

// mapErrors gives the errors of all use cases their gRPC status.
//
// What a use case cannot reach, its client has already tried again. The caller must not do so too, or the attempts of the layers multiply:
// the trailer forbids it. Refusals of the interceptors before this one, and lost connections, are the caller's to repeat.
func mapErrors(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	err := next(ctx)
	if errs.CodeOf(err) == errs.Unavailable {
		_ = grpc.SetTrailer(ctx, metadata.Pairs(grpcstatus.PushbackTrailer, grpcstatus.DoNotRetry))
	}
	return grpcstatus.Error(err)
}
