package inventory

import (
	"context"

	"google.golang.org/grpc"

	"shop/platform/auth"
	"shop/platform/breaker"
	"shop/platform/grpcclient"
)

func provide(in in) (*Client, error) {
	guarded := func(
		ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
	) error {
		circuit := breaker.New("inventory", breaker.Config(in.Config.Breaker), in.Breakers, in.Log)
		return circuit.Do(func() error { return invoker(ctx, method, req, reply, cc, opts...) })
	}
	conn, err := grpcclient.Connect(in.Lifecycle, in.Config.Target, grpcclient.WithConfig(in.Calls),
		grpcclient.WithCredentials(auth.ServiceCredentials(in.Issuer)), grpcclient.WithUnaryInterceptors(guarded))
	if err != nil {
		return nil, err
	}
	return New(conn, in.Redis, in.Config.Cache, in.Caches), nil
}
