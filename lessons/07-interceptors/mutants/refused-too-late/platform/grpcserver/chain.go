package grpcserver

import (
	"cmp"
	"context"
	"maps"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionalpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"

	"shop/platform/auth"
	"shop/platform/grpcstatus"
)

func authorize(p Params) interceptor {
	rules := auth.Rules{
		healthpb.Health_Check_FullMethodName:                                 {auth.Public},
		healthpb.Health_Watch_FullMethodName:                                 {auth.Public},
		healthpb.Health_List_FullMethodName:                                  {auth.Public},
		reflectionpb.ServerReflection_ServerReflectionInfo_FullMethodName:    {auth.Public},
		reflectionalpha.ServerReflection_ServerReflectionInfo_FullMethodName: {auth.Public},
	}
	maps.Copy(rules, p.Rules)
	authorizer := auth.NewAuthorizer(p.Verifier, rules)
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		caller, err := authorizer.Authorize(ctx, method)
		if caller == nil {
			caller = ctx
		}
		return cmp.Or(grpcstatus.Error(err), next(caller))
	}
}
