package grpcserver

import (
	"context"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionalpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"

	"shop/platform/auth"
	"shop/platform/grpcstatus"
)

func authorize(p Params) interceptor {
	rules := p.Rules
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
	authorizer := auth.NewAuthorizer(p.Verifier, rules)
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		ctx, err := authorizer.Authorize(ctx, method)
		if err != nil {
			return grpcstatus.Error(err)
		}
		return next(ctx)
	}
}
