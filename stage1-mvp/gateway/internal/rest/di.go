package rest

import (
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/gateway/internal/config"
	"shop/gateway/internal/middleware"
	"shop/platform/auth"
	"shop/platform/clock"
	"shop/platform/telemetry"
)

// Module starts and stops the server. It needs the clients.
var Module = fx.Module("rest",
	fx.Provide(
		asHandler(NewOrderHandler),
		asHandler(NewOrderCancelHandler),
		asHandler(NewOrderShipHandler),
		asHandler(NewOrderBatchHandler),
		asHandler(NewAdminOrderHandler),
		asHandler(NewJobHandler),
		asHandler(NewWalletHandler),
		asHandler(NewBalanceHandler),
		asHandler(NewTopUpHandler),
		asHandler(NewProductHandler),
		asHandler(NewStockHandler),
		NewLoginHandler,
		middleware.NewDeprecations,
		fx.Annotate(newRouterParams, fx.ParamTags(``, ``, ``, ``, ``, ``, ``, `group:"handlers"`)),
		NewRouter,
		newServer,
	),
	fx.Invoke(func(lc fx.Lifecycle, s *Server, stop fx.Shutdowner) {
		// A gateway that no longer serves must end, so that its supervisor restarts it.
		s.OnFailure(func() { _ = stop.Shutdown(fx.ExitCode(1)) })
		lc.Append(fx.Hook{OnStart: s.Start, OnStop: s.Stop})
	}),
)

func asHandler(constructor any) any {
	return fx.Annotate(constructor, fx.As(new(Handler)), fx.ResultTags(`group:"handlers"`))
}

func newRouterParams(
	cfg config.Config, service telemetry.Service, verifier *auth.Verifier, registry *prometheus.Registry,
	now clock.Clock, log *zap.Logger, login *LoginHandler, handlers []Handler,
) RouterParams {
	return RouterParams{
		Service: string(service), Config: cfg, Verifier: verifier, Registry: registry, Clock: now, Log: log,
		Login: login, Handlers: handlers,
	}
}

func newServer(service telemetry.Service, cfg config.Config, engine *gin.Engine, log *zap.Logger) *Server {
	return NewServer(string(service), cfg.Server, engine, log)
}
