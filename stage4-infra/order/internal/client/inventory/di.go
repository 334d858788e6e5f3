package inventory

import (
	"github.com/redis/go-redis/v9"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/order/internal/usecase"
	"shop/platform/auth"
	"shop/platform/breaker"
	"shop/platform/cache"
	"shop/platform/grpcclient"
	"shop/platform/lifecycle"
	"shop/platform/mtls"
)

// Module provides the Catalogue. It calls in the name of this service, and through one circuit breaker.
var Module = fx.Module("client.inventory",
	fx.Provide(fx.Annotate(provide, fx.As(fx.Self()), fx.As(new(usecase.Catalogue)), fx.As(new(usecase.CachedCatalogue)))),
)

type in struct {
	fx.In
	Stops    *lifecycle.Coordinator
	Config   Config
	Calls    grpcclient.Config
	Issuer   *auth.Issuer
	Redis    *redis.Client
	Breakers *breaker.Metrics
	Attempts *grpcclient.Metrics
	Caches   *cache.Metrics
	Log      *zap.Logger
	Identity *mtls.Identity
}

func provide(in in) (*Client, error) {
	circuit := breaker.New("inventory", breaker.Config(in.Config.Breaker), in.Breakers, in.Log)
	conn, err := grpcclient.Connect(in.Stops, in.Config.Target, grpcclient.WithConfig(in.Calls),
		grpcclient.WithTransportCredentials(in.Identity.Client("inventory")),
		grpcclient.WithCredentials(auth.ServiceCredentials(in.Issuer)), grpcclient.WithUnaryInterceptors(circuit.UnaryClient()),
		grpcclient.WithRetries(Retries), grpcclient.WithMetrics(in.Attempts))
	if err != nil {
		return nil, err
	}
	return New(conn, in.Redis, in.Config.Cache, in.Caches), nil
}
