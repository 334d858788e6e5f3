// Package app assembles the order service.
package app

import (
	"go.uber.org/fx"

	"shop/order/internal/client/inventory"
	"shop/order/internal/config"
	"shop/order/internal/consumer"
	"shop/order/internal/grpc"
	"shop/order/internal/job"
	"shop/order/internal/metrics"
	"shop/order/internal/publisher"
	repository "shop/order/internal/repository/postgres"
	redisrepository "shop/order/internal/repository/redis"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/auth"
	"shop/platform/breaker"
	"shop/platform/cache"
	"shop/platform/dispatcher"
	"shop/platform/grpcclient"
	"shop/platform/grpcserver"
	"shop/platform/health"
	"shop/platform/idempotencystore"
	"shop/platform/inbox"
	"shop/platform/lifecycle"
	"shop/platform/outbox"
	"shop/platform/pagination"
	"shop/platform/postgres"
	"shop/platform/rabbitmq"
	"shop/platform/redis"
)

// Name is the service's name in logs, traces and tokens.
const Name = "order"

// Options returns the whole service.
func Options(cfg config.Config) fx.Option {
	return fx.Options(
		lifecycle.Module(Name, cfg.Basics),
		fx.Supply(
			cfg.Auth, cfg.Health, cfg.Requires, cfg.Issuer, cfg.Server, cfg.Client, cfg.Inventory, cfg.Database, cfg.Redis, cfg.RabbitMQ, cfg.Outbox, cfg.Inbox,
			cfg.Publisher, cfg.Timeouts, cfg.Answers, cfg.Prune, cfg.Watch, cfg.Written, cfg.Batch, cfg.Cursor, grpc.Addr(cfg.Addr),
		),
		fx.Provide(newIssuer),
		postgres.Module,
		redis.Module,
		cache.Module,
		breaker.Module,
		idempotencystore.Module,
		outbox.Module,
		inbox.Module,
		pagination.Module,
		auth.Module,
		grpcclient.Module,
		inventory.Module,
		repository.Module,
		redisrepository.Module,
		metrics.Module,
		publisher.Module,
		bindings,
		saga.Module,
		usecase.Module,
		consumer.Module,
		rabbitmq.Module,
		grpc.Module,
		job.Module,
		job.Reports(cfg.Jobs),
		health.Module,
		grpcserver.Module,
		fx.Invoke(func(stops *lifecycle.Coordinator, batches *dispatcher.Dispatcher) {
			stops.Add(lifecycle.Cron, "batch workers", fx.StopHook(batches.Stop))
		}),
	)
}

// bindings provides infrastructure as the interfaces that use cases declare.
var bindings = fx.Provide(
	func(m *postgres.TxManager) usecase.Transactor { return m },
	func(w *outbox.Writer) publisher.Outbox { return w },
	func(c *inventory.Client) consumer.ProductCache { return c },
	func(s *idempotencystore.Store) (usecase.Requests, usecase.ProcessedEvents) { return s, s },
)

func newIssuer(cfg auth.IssuerConfig, users auth.Config) (*auth.Issuer, error) {
	return auth.NewIssuer(cfg, users.Audience, Name)
}
