// Command outbox settles events that the relay of a service cannot publish. DATABASE_URL is the database of the service.
//
//	outbox list            prints the events that the broker refused, one JSON object per line
//	outbox retry ID…       publishes failed events again
//	outbox discard ID…     deletes failed events: consumers never get them
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"shop/platform/config"
	"shop/platform/outbox"
	"shop/platform/postgres"
)

// maxListed bounds the output of list.
const maxListed = 1000

var errUsage = errors.New("usage: outbox list | outbox retry ID… | outbox discard ID…")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "outbox:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	var cfg postgres.Config
	if err := config.Load(&cfg); err != nil {
		return err
	}
	pool, err := postgres.NewPool(ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	operator := outbox.NewOperator(pool)
	command, ids := args[0], args[1:]
	switch {
	case command == "list" && len(ids) == 0:
		return list(ctx, operator)
	case command == "retry" && len(ids) > 0:
		return each(ctx, ids, operator.Retry)
	case command == "discard" && len(ids) > 0:
		return each(ctx, ids, operator.Discard)
	default:
		return errUsage
	}
}

func list(ctx context.Context, operator *outbox.Operator) error {
	events, err := operator.Refused(ctx, maxListed)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, e := range events {
		if err := out.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

// each goes on after an error.
func each(ctx context.Context, ids []string, settle func(ctx context.Context, id string) error) error {
	var faults []error
	for _, id := range ids {
		faults = append(faults, settle(ctx, id))
	}
	return errors.Join(faults...)
}
