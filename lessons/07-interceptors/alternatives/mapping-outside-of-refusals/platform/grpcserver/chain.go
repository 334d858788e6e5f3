package grpcserver

import (
	"context"
	"maps"
	"slices"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionalpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"

	"shop/platform/auth"
)

// Metrics are outside of recovery here, and the mapping outside of all that refuses: nothing inside maps its own errors.
func newChain(p Params) (unary []grpc.UnaryServerInterceptor, stream []grpc.StreamServerInterceptor) {
	outer := []interceptor{newMetrics(p.Registry).observe, correlate, logCalls(p.Service, p.Log), mapErrors, recoverPanic}
	inner := []interceptor{limitRate(p.Config), authorize(p)}
	for _, i := range slices.Concat(outer, []interceptor{defaultDeadline(p.Config.DefaultTimeout)}, inner) {
		unary = append(unary, i.unary)
	}
	for _, i := range slices.Concat(outer, []interceptor{limitDuration(p.Config.StreamTimeout)}, inner) {
		stream = append(stream, i.stream)
	}
	return unary, stream
}

func authorize(p Params) interceptor {
	rules := maps.Clone(p.Rules)
	if rules == nil {
		rules = auth.Rules{}
	}
	for _, method := range []string{
		healthpb.Health_Check_FullMethodName, healthpb.Health_Watch_FullMethodName, healthpb.Health_List_FullMethodName,
		reflectionpb.ServerReflection_ServerReflectionInfo_FullMethodName, reflectionalpha.ServerReflection_ServerReflectionInfo_FullMethodName,
	} {
		if _, ok := rules[method]; !ok {
			rules[method] = []auth.Role{auth.Public}
		}
	}
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		called, err := auth.NewAuthorizer(p.Verifier, rules).Authorize(ctx, method)
		if err == nil {
			err = next(called)
		}
		return err
	}
}
