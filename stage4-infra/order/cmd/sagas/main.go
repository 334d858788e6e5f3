// Command sagas lets an operator look after sagas. DATABASE_URL is the database of order; a command that it sends is stored in the outbox,
// and the relay of a running order service publishes it.
//
//	sagas list               prints the sagas that are in progress or have failed, one JSON object per line
//	sagas resume ORDER_ID…   sends the last command of the order's saga again
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"

	"shop/order/internal/metrics"
	"shop/order/internal/publisher"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/clock"
	"shop/platform/config"
	"shop/platform/logging"
	"shop/platform/outbox"
	"shop/platform/postgres"
)

// maxListed bounds the output of list.
const maxListed = 1000

var errUsage = errors.New("usage: sagas list | sagas resume ORDER_ID…")

type settings struct {
	Logging   logging.Config
	Database  postgres.Config
	Outbox    outbox.Config
	Publisher publisher.Config
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sagas:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	var cfg settings
	if err := config.Load(&cfg); err != nil {
		return err
	}
	ctx = logging.Into(ctx, logging.New(cfg.Logging, "order"))
	pool, err := postgres.NewPool(ctx, cfg.Database)
	if err != nil {
		return err
	}
	defer pool.Close()
	sagas := repository.NewSagaRepository(pool)
	switch command, ids := args[0], args[1:]; {
	case command == "list" && len(ids) == 0:
		return list(ctx, sagas)
	case command == "resume" && len(ids) > 0:
		writer, counts := outbox.NewWriter(cfg.Outbox, clock.System), metrics.New(prometheus.NewRegistry())
		engine := saga.NewEngine(sagas, publisher.New(cfg.Publisher, writer, counts), publisher.NewSagas(counts, clock.System),
			saga.NewSteps(publisher.NewCommands(writer)), clock.System)
		return resume(ctx, usecase.NewResumeSaga(postgres.NewTxManager(pool), engine, sagas), ids)
	default:
		return errUsage
	}
}

func list(ctx context.Context, sagas *repository.SagaRepository) error {
	open, err := sagas.ListOpen(ctx, maxListed)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, s := range open {
		if err := out.Encode(s); err != nil {
			return err
		}
	}
	return nil
}

// resume goes on after an error.
func resume(ctx context.Context, sagas *usecase.ResumeSaga, orderIDs []string) error {
	var faults []error
	for _, id := range orderIDs {
		if err := sagas.Execute(ctx, id); err != nil {
			faults = append(faults, fmt.Errorf("order %s: %w", id, err))
		}
	}
	return errors.Join(faults...)
}
