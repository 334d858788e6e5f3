// Package config is the configuration of the wallet service.
package config

import (
	"shop/platform/auth"
	"shop/platform/grpcserver"
	"shop/platform/health"
	"shop/platform/inbox"
	"shop/platform/lifecycle"
	"shop/platform/outbox"
	"shop/platform/pagination"
	"shop/platform/postgres"
	"shop/platform/rabbitmq"
	"shop/platform/redis"
	provider "shop/wallet/internal/client/payment"
	repository "shop/wallet/internal/repository/postgres"
	"shop/wallet/internal/service/payment"
	"shop/wallet/internal/usecase"
)

// Config is the whole configuration. Each part is declared by the package that uses it.
type Config struct {
	Addr     string `env:"WALLET_ADDR"`
	Basics   lifecycle.Basics
	Auth     auth.Config
	Database postgres.Config
	Redis    redis.Config
	RabbitMQ rabbitmq.Config
	Outbox   outbox.Config
	Inbox    inbox.Config
	Cursor   pagination.Config
	Server   grpcserver.Config
	Health   health.Config
	Requires health.Requirement `env:"READINESS_REQUIRES" default:"database,redis,broker"`
	Wallets  repository.Config
	Provider provider.Config
	Payment  payment.Config
	Scan     usecase.ScanConfig
	Prune    usecase.PruneConfig
}
