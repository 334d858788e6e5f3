package inventory

import (
	"context"

	"shop/platform/auth"
	"shop/platform/breaker"
	"shop/platform/grpcclient"

	"google.golang.org/grpc"
)

func provide(in in) (*Client, error) {
	conn, err := grpcclient.Connect(in.Lifecycle, in.Config.Target, grpcclient.WithConfig(in.Calls),
		grpcclient.WithCredentials(auth.ServiceCredentials(in.Issuer)))
	if err != nil {
		return nil, err
	}
	circuit := breaker.New("inventory", breaker.Config(in.Config.Breaker), in.Breakers, in.Log)
	return New(guarded{conn, circuit}, in.Redis, in.Config.Cache, in.Caches), nil
}

// guarded is a connection whose calls go through a breaker.
//
//stagecraft:add
type guarded struct {
	*grpc.ClientConn
	circuit *breaker.Breaker
}

// Invoke implements grpc.ClientConnInterface.
//
//stagecraft:add
func (g guarded) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	return g.circuit.Do(func() error { return g.ClientConn.Invoke(ctx, method, args, reply, opts...) })
}
