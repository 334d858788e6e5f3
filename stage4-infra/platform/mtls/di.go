package mtls

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"
)

// Module provides the *Identity of a service, which has to be started and stopped. It needs a Config, a logger and a *prometheus.Registry.
func Module(service string) fx.Option {
	return fx.Module("mtls", fx.Provide(func(cfg Config, log *zap.Logger, registry *prometheus.Registry) (*Identity, error) {
		identity, err := New(service, cfg, log)
		if err == nil && !identity.plain() {
			identity.observe(registry)
		}
		return identity, err
	}))
}
