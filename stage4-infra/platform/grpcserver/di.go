package grpcserver

import (
	"go.uber.org/fx"

	"shop/platform/lifecycle"
)

// Module starts and stops a *Server. It needs Params, and provides the *Server.
var Module = fx.Module("grpcserver",
	fx.Provide(New),
	fx.Invoke(func(stops *lifecycle.Coordinator, s *Server, stop fx.Shutdowner) {
		// A service that no longer serves must end, so that its supervisor restarts it.
		s.OnFailure(func() { _ = stop.Shutdown(fx.ExitCode(1)) })
		stops.Add(lifecycle.Server, "grpc", fx.Hook{OnStart: s.Start, OnStop: s.Stop})
	}),
)
