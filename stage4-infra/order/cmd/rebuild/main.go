// Command rebuild makes the read model of lists from scratch: once after the first deployment of a version that has it, when no older
// version runs any more, and whenever the read model may be wrong. It may run while the service does, and may be stopped and run again. It
// is configured by the environment alone, with the variables of the service.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"

	"shop/order/internal/client/inventory"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/usecase"
	"shop/platform/auth"
	"shop/platform/cache"
	"shop/platform/config"
	"shop/platform/grpcclient"
	"shop/platform/logging"
	"shop/platform/mtls"
	"shop/platform/postgres"
	"shop/platform/redis"
)

type settings struct {
	Logging   logging.Config
	Database  postgres.Config
	Redis     redis.Config
	Issuer    auth.IssuerConfig
	Users     auth.Config
	Client    grpcclient.Config
	TLS       mtls.Config
	Inventory inventory.Config
	Rebuild   usecase.RebuildConfig
}

func main() {
	var cfg settings
	if err := config.Load(&cfg); err != nil {
		fmt.Fprintf(os.Stderr, "rebuild: %v\n", err)
		os.Exit(2)
	}
	log := logging.New(cfg.Logging, "order")
	ctx, stop := signal.NotifyContext(logging.Into(context.Background(), log), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		log.Error("rebuild failed, lists are as before", logging.Event("order.list.rebuild_failed"), logging.Error(err))
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, cfg settings) (err error) {
	pool, err := postgres.NewPool(ctx, cfg.Database)
	if err != nil {
		return err
	}
	defer pool.Close()
	issuer, err := auth.NewIssuer(cfg.Issuer, cfg.Users.Audience, "order")
	if err != nil {
		return err
	}
	identity, err := mtls.New("order", cfg.TLS, logging.From(ctx))
	if err != nil {
		return err
	}
	conn, err := grpcclient.Dial(cfg.Inventory.Target, grpcclient.WithConfig(cfg.Client), grpcclient.WithCredentials(auth.ServiceCredentials(issuer)),
		grpcclient.WithTransportCredentials(identity.Client("inventory")))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	client, err := redis.NewClient(cfg.Redis)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	products := inventory.New(conn, client, cfg.Inventory.Cache, cache.NewMetrics(prometheus.NewRegistry()))
	return usecase.NewRebuildOrderList(cfg.Rebuild, repository.NewProjection(pool), products).Execute(ctx)
}
