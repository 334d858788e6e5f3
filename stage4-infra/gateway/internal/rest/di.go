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
	"shop/platform/health"
	"shop/platform/lifecycle"
	"shop/platform/mtls"
	"shop/platform/telemetry"
)

// Module starts and stops the server. It needs the clients.
var Module = fx.Module("rest",
	fx.Provide(
		asHandler(NewOrderHandler),
		asHandler(NewOrderCancelHandler),
		asHandler(NewOrderShipHandler),
		asHandler(NewOrderEventsHandler),
		asHandler(NewOrderBatchHandler),
		asHandler(NewAdminOrderHandler),
		asHandler(NewJobHandler),
		asHandler(NewWalletHandler),
		asHandler(NewBalanceHandler),
		asHandler(NewTopUpHandler),
		asHandler(NewProductHandler),
		asHandler(NewStockHandler),
		NewLoginHandler,
		NewStreams,
		middleware.NewDeprecations,
		fx.Annotate(newRouterParams, fx.ParamTags(``, ``, ``, ``, ``, ``, ``, ``, `group:"handlers"`)),
		NewRouter,
		newCertificate,
		newServer,
	),
	fx.Invoke(func(stops *lifecycle.Coordinator, s *Server, stop fx.Shutdowner) {
		// A gateway that no longer serves must end, so that its supervisor restarts it.
		s.OnFailure(func() { _ = stop.Shutdown(fx.ExitCode(1)) })
		stops.Add(lifecycle.NotServing, "http keep-alive", fx.StopHook(s.EndKeepAlive))
		stops.Add(lifecycle.Server, "http", fx.Hook{OnStart: s.Start, OnStop: s.Stop})
	}),
)

func asHandler(constructor any) any {
	return fx.Annotate(constructor, fx.As(new(Handler)), fx.ResultTags(`group:"handlers"`))
}

func newRouterParams(
	cfg config.Config, service telemetry.Service, verifier *auth.Verifier, registry *prometheus.Registry,
	now clock.Clock, log *zap.Logger, login *LoginHandler, health *health.Health, handlers []Handler,
) RouterParams {
	return RouterParams{
		Service: string(service), Config: cfg, Verifier: verifier, Registry: registry, Clock: now, Log: log,
		Login: login, Health: health, Handlers: handlers,
	}
}

func newServer(
	service telemetry.Service, cfg config.Config, engine *gin.Engine, streams *Streams, certificate *mtls.Certificate, log *zap.Logger,
) *Server {
	s := NewServer(string(service), cfg.Server, engine, certificate, log)
	s.http.RegisterOnShutdown(streams.Close)
	return s
}

// newCertificate returns nil if clients use no TLS.
func newCertificate(cfg config.Config, registry *prometheus.Registry, log *zap.Logger) (*mtls.Certificate, error) {
	if !cfg.Server.Encrypted() {
		return nil, nil
	}
	certificate, err := mtls.OpenCertificate(cfg.Server.TLSCertFile, cfg.Server.TLSKeyFile, cfg.Server.TLSReloadInterval, log)
	if err == nil {
		certificate.Observe(registry)
	}
	return certificate, err
}
