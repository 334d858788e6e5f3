// Command rebuild computes every balance again from the ledger, and proves that the stored balances and snapshots are the same; with
// REBUILD_REPAIR=true it also replaces those that are not. It is configured by the environment alone, and may run while the service does.
// Exit code 1 means that something differed, or that it could not look at everything.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"shop/platform/config"
	"shop/platform/logging"
	"shop/platform/postgres"
	repository "shop/wallet/internal/repository/postgres"
	"shop/wallet/internal/usecase"
)

type settings struct {
	Logging  logging.Config
	Database postgres.Config
	Rebuild  usecase.RebuildConfig
}

func main() {
	var cfg settings
	if err := config.Load(&cfg); err != nil {
		fmt.Fprintf(os.Stderr, "rebuild: %v\n", err)
		os.Exit(2)
	}
	if !run(cfg) {
		os.Exit(1)
	}
}

// run reports whether all balances are what the ledger says.
func run(cfg settings) bool {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	log := logging.New(cfg.Logging, "wallet")
	ctx = logging.Into(ctx, log)
	pool, err := postgres.NewPool(ctx, cfg.Database)
	if err == nil {
		defer pool.Close()
		err = usecase.NewRebuildBalances(cfg.Rebuild, repository.NewBalances(pool)).Execute(ctx)
	}
	switch {
	case ctx.Err() != nil:
		log.Warn("rebuild interrupted", logging.Event("wallet.rebuild.interrupted"))
	case err != nil:
		log.Error("rebuild failed", logging.Event("wallet.rebuild.failed"), logging.Error(err))
	}
	return err == nil
}
