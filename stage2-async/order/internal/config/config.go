// Package config has the environment of the order service.
package config

import (
	"shop/order/internal/client/inventory"
	"shop/order/internal/job"
	"shop/order/internal/publisher"
	"shop/order/internal/usecase"
	"shop/platform/auth"
	"shop/platform/grpcclient"
	"shop/platform/grpcserver"
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
