package grpcserver

import (
	"context"
	"maps"

	"shop/platform/auth"
	"shop/platform/grpcstatus"
)

func authorize(p Params) interceptor {
	rules := auth.Rules{}
	maps.Copy(rules, p.Rules)
	authorizer := auth.NewAuthorizer(p.Verifier, rules)
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		ctx, err := authorizer.Authorize(ctx, method)
		if err != nil {
			return grpcstatus.Error(err)
		}
		return next(ctx)
	}
}
