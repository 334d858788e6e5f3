package inventory

import (
	"shop/platform/auth"
	"shop/platform/grpcclient"
)

func provide(in in) (*Client, error) {
	// TODO: the breaker. Its UnaryClient is an interceptor for all calls of the connection.
	conn, err := grpcclient.Connect(in.Lifecycle, in.Config.Target, grpcclient.WithConfig(in.Calls),
		grpcclient.WithCredentials(auth.ServiceCredentials(in.Issuer)))
	if err != nil {
		return nil, err
	}
	return New(conn, in.Redis, in.Config.Cache, in.Caches), nil
}
