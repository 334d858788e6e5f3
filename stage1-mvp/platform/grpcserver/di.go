package grpcserver

import "go.uber.org/fx"

// Module starts and stops a *Server. It needs Params, and provides the *Server.
var Module = fx.Module("grpcserver",
	fx.Provide(New),
	fx.Invoke(func(lc fx.Lifecycle, s *Server) {
		lc.Append(fx.Hook{OnStart: s.Start, OnStop: s.Stop})
	}),
)
