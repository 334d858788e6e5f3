// Package config is the configuration of the inventory service.
package config

import (
	"shop/inventory/internal/usecase"
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
)

// Config is the whole configuration. Each part is declared by the package that uses it.
type Config struct {
	Addr     string `env:"INVENTORY_ADDR"`
	Basics   lifecycle.Basics
	Auth     auth.Config
	Database postgres.Config
	Redis    redis.Config
	RabbitMQ rabbitmq.Config
	Outbox   outbox.Config
	Inbox    inbox.Config
	Server   grpcserver.Config
	Health   health.Config
	Requires health.Requirement `env:"READINESS_REQUIRES" default:"database,redis,broker"`
	Cursor   pagination.Config
	Prune    usecase.PruneConfig
}
