// Package config has the environment of the order service.
package config

import (
	"errors"

	"shop/order/internal/client/inventory"
	"shop/order/internal/job"
	"shop/order/internal/publisher"
	"shop/order/internal/usecase"
	"shop/platform/auth"
	"shop/platform/grpcclient"
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

// Config is the whole configuration. Every part belongs to the package that uses it.
type Config struct {
	Addr      string `env:"ORDER_ADDR"`
	Basics    lifecycle.Basics
	Auth      auth.Config
	Issuer    auth.IssuerConfig
	Server    grpcserver.Config
	Health    health.Config
	Requires  health.Requirement `env:"READINESS_REQUIRES" default:"database,redis,broker"`
	Client    grpcclient.Config
	Inventory inventory.Config
	Database  postgres.Config
	Redis     redis.Config
	RabbitMQ  rabbitmq.Config
	Outbox    outbox.Config
	Inbox     inbox.Config
	Publisher publisher.Config
	Timeouts  usecase.TimeoutConfig
	Answers   usecase.AnswerConfig
	Prune     usecase.PruneConfig
	Watch     usecase.WatchConfig
	Written   usecase.WrittenConfig
	Batch     usecase.BatchConfig
	Cursor    pagination.Config
	Jobs      job.Config
}

// Validate rejects a load of prices whose time is over before a call is repeated.
func (c *Config) Validate() error {
	if c.Client.Retry.LongestPauses()+c.Client.Overhead >= c.Inventory.Cache.LoadTimeout {
		return errors.New("CATALOGUE_CACHE_LOAD_TIMEOUT leaves no time for the pauses of GRPC_RETRY_MAX_ATTEMPTS attempts and DEADLINE_OVERHEAD")
	}
	return nil
}
