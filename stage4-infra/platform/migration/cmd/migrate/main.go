// Command migrate applies the migrations of a service to its database, with the role of the service.
//
//	DATABASE_URL_FILE=FILE migrate DIRECTORY
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/jackc/pgx/v5"

	"shop/platform/config"
	"shop/platform/migration"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "migrate:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: migrate DIRECTORY")
	}
	var cfg struct {
		URL config.Secret `env:"DATABASE_URL"`
	}
	if err := config.Load(&cfg); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	conn, err := pgx.Connect(ctx, cfg.URL.Reveal())
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return migration.Apply(ctx, conn, os.DirFS(args[0]), func(name string) { fmt.Println("applied", name) })
}
