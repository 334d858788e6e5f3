package outbox_test

import (
	"os"
	"testing"

	"go.uber.org/fx"

	"shop/platform/lifecycle"
	"shop/platform/outbox"
	"shop/platform/postgres"
	"shop/platform/rabbitmq"
)

// relayVariable makes this test binary a process with nothing but a relay.
const relayVariable = "OUTBOX_TEST_RELAY"

type relayConfig struct {
	Basics   lifecycle.Basics
	Database postgres.Config
	RabbitMQ rabbitmq.Config
	Outbox   outbox.Config
}

func TestMain(m *testing.M) {
	if os.Getenv(relayVariable) == "" {
		os.Exit(m.Run())
	}
	os.Exit(lifecycle.Main("relay", func(cfg relayConfig) fx.Option {
		return fx.Options(
			lifecycle.Module("relay", cfg.Basics), fx.Supply(cfg.Database, cfg.RabbitMQ, cfg.Outbox),
			postgres.Module, outbox.Module, rabbitmq.Module,
		)
	}))
}
