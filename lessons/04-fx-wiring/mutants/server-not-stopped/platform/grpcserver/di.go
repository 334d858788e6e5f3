package grpcserver

import (
	"go.uber.org/fx"
)

// Module starts and stops a *Server.
var Module = fx.Module("grpcserver",
	fx.Provide(New),
	fx.Invoke(func(lc fx.Lifecycle, s *Server, stop fx.Shutdowner) {
		s.OnFailure(func() { _ = stop.Shutdown(fx.ExitCode(1)) })
		lc.Append(fx.StartHook(s.Start))
	}),
)
