// Command backfill fills reservations.total_quantity of old rows, the second step of docs/migrations.md. It is configured by the
// environment alone, may run while the service does, and may be stopped and run again.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	repository "shop/inventory/internal/repository/postgres"
	"shop/inventory/internal/usecase"
	"shop/platform/config"
	"shop/platform/logging"
	"shop/platform/postgres"
)

type settings struct {
	Logging  logging.Config
	Database postgres.Config
	Backfill usecase.BackfillConfig
}

func main() {
	var cfg settings
	if err := config.Load(&cfg); err != nil {
		fmt.Fprintf(os.Stderr, "backfill: %v\n", err)
		os.Exit(2)
	}
	if !run(cfg) {
		os.Exit(1)
	}
}

// run tells whether everything is filled. An interrupted run is a failure, so that the next step of a deployment does not start.
func run(cfg settings) bool {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	log := logging.New(cfg.Logging, "inventory")
	ctx = logging.Into(ctx, log)
	pool, err := postgres.NewPool(ctx, cfg.Database)
	if err == nil {
		defer pool.Close()
		err = usecase.NewBackfillTotals(cfg.Backfill, repository.NewTotals(pool)).Execute(ctx)
	}
	switch {
	case ctx.Err() != nil:
		log.Warn("backfill interrupted; run it again, it goes on", logging.Event("inventory.backfill.interrupted"))
	case err != nil:
		log.Error("backfill failed", logging.Event("inventory.backfill.failed"), logging.Error(err))
	}
	return err == nil
}
