package grpcserver

import (
	"context"

	"go.uber.org/fx"
)

// Module starts and stops a *Server.
var Module = fx.Module("grpcserver",
	fx.Provide(New),
	fx.Invoke(func(lc fx.Lifecycle, s *Server, stop fx.Shutdowner) {
		s.OnFailure(func() { _ = stop.Shutdown(fx.ExitCode(1)) })
		lc.Append(fx.Hook{
			OnStart: func(context.Context) error {
				go func() { _ = s.Start(context.Background()) }()
				return nil
			},
			OnStop: s.Stop,
		})
	}),
)
