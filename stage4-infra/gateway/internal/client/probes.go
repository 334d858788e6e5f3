package client

import (
	"context"
	"fmt"

	"go.uber.org/fx"
	"google.golang.org/grpc/health/grpc_health_v1"

	"shop/gateway/internal/config"
	"shop/platform/grpcclient"
	"shop/platform/health"
	"shop/platform/lifecycle"
	"shop/platform/mtls"
)

// probes ask the services whether they are ready.
var probes = fx.Options(
	health.AsProbe(newProbe("order", func(t config.Targets) string { return t.Order })),
	health.AsProbe(newProbe("inventory", func(t config.Targets) string { return t.Inventory })),
	health.AsProbe(newProbe("wallet", func(t config.Targets) string { return t.Wallet })),
)

// newProbe returns the constructor of a probe. It has a connection of its own, without the overhead that calls on behalf of a request keep
// back: the answer is needed for nothing else.
func newProbe(service string, target func(config.Targets) string) any {
	return func(stops *lifecycle.Coordinator, cfg config.Config, identity *mtls.Identity) (health.Probe, error) {
		cfg.Client.Overhead = 0
		conn, err := grpcclient.Connect(stops, target(cfg.Targets), grpcclient.WithConfig(cfg.Client),
			grpcclient.WithTransportCredentials(identity.Client(service)))
		if err != nil {
			return health.Probe{}, fmt.Errorf("probe %s: %w", service, err)
		}
		client := grpc_health_v1.NewHealthClient(conn)
		return health.Probe{Name: service, Check: func(ctx context.Context) error {
			answer, err := client.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: health.Readiness})
			if err == nil && answer.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
				err = fmt.Errorf("it is %s", answer.GetStatus())
			}
			return err
		}}, nil
	}
}
