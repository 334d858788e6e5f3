// Command dlq looks after dead letters: messages that a consumer could not handle. RABBITMQ_URL is the broker.
//
//	dlq list [QUEUE…]                         prints the queues with the number and the age of their dead letters
//	dlq show QUEUE [ID]                       prints the dead letters of a queue, or all of one, and leaves them there
//	dlq replay QUEUE ID | --all | --type T    returns dead letters to their queue, oldest first
//	dlq discard QUEUE ID --note "why"         deletes a dead letter, and prints what it was
//
// Each line of the output is a JSON object. The exit code is 0, 1 after a failure, 2 for a wrong command line or environment, 3 if there is
// no such queue or dead letter, 4 if dead letters were left because they were replayed too often.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"shop/platform/config"
	"shop/platform/rabbitmq"
)

const usage = `usage: dlq list [QUEUE…]
       dlq show QUEUE [ID]
       dlq replay QUEUE ID | --all | --type TYPE  [--rate MESSAGES_PER_SECOND] [--limit REPLAYS] [--force]
       dlq discard QUEUE ID --note "why"`

var (
	errUsage   = errors.New(usage)
	errUnknown = errors.New("no such dead letter")
	errRefused = errors.New("some dead letters stay: they were replayed too often, or an earlier one of their aggregate was. " +
		"Find out why they die, then discard them or replay them with --force")
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "dlq:", err)
	}
	os.Exit(exitCode(err))
}

func run(ctx context.Context, args []string, out io.Writer) error {
	command, err := parse(args)
	if err != nil {
		return err
	}
	var cfg settings
	if err := config.Load(&cfg); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	operator := rabbitmq.NewOperator(cfg.Broker)
	defer operator.Close()
	return command(ctx, session{cfg: cfg, operator: operator, out: out})
}

func exitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		return 2
	case errors.Is(err, errUnknown), errors.Is(err, rabbitmq.ErrUnknownQueue):
		return 3
	case errors.Is(err, errRefused):
		return 4
	default:
		return 1
	}
}
