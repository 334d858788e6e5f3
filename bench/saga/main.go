// Saga compares what a purchase costs: stage 1 of the workshop over gRPC, stage 2 over RabbitMQ, and the same two steps as a gRPC saga of DTM. It creates the
// databases and starts both systems itself.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"bench/stats"
)

// settings are what the flags set.
type settings struct {
	postgres string
	rabbit   string
	api      string
	redis    string
	stage1   string
	stage2   string
	work     string
	runs     int
	clients  int
	conns    int
	skus     int
	buyers   int
	run      time.Duration
	warmup   time.Duration
	only     string
}

func main() {
	var cfg settings
	flag.StringVar(&cfg.postgres, "postgres", os.Getenv("STAGECRAFT_POSTGRES_URL"), "postgres://… of an administrator (STAGECRAFT_POSTGRES_URL)")
	flag.StringVar(&cfg.rabbit, "rabbitmq", os.Getenv("STAGECRAFT_RABBITMQ_URL"), "amqp://… of an administrator (STAGECRAFT_RABBITMQ_URL)")
	flag.StringVar(&cfg.api, "api", os.Getenv("STAGECRAFT_RABBITMQ_API"), "http://… of the management of RabbitMQ (STAGECRAFT_RABBITMQ_API)")
	flag.StringVar(&cfg.redis, "redis", os.Getenv("STAGECRAFT_REDIS_URL"), "redis://… (STAGECRAFT_REDIS_URL)")
	flag.StringVar(&cfg.stage1, "stage1", "../stage1-mvp", "directory of stage 1")
	flag.StringVar(&cfg.stage2, "stage2", "../stage2-async", "directory of stage 2")
	flag.StringVar(&cfg.work, "work", "../.stagecraft/bench", "directory for binaries and logs")
	flag.IntVar(&cfg.runs, "runs", 3, "runs of each system")
	flag.IntVar(&cfg.clients, "clients", 16, "concurrent clients")
	flag.IntVar(&cfg.conns, "conns", 10, "connections of each service to its database")
	flag.IntVar(&cfg.skus, "skus", 100, "products")
	flag.IntVar(&cfg.buyers, "buyers", 64, "buyers")
	flag.DurationVar(&cfg.run, "time", 10*time.Second, "length of a run")
	flag.DurationVar(&cfg.warmup, "warmup", 2*time.Second, "length of the warm-up of each system")
	flag.StringVar(&cfg.only, "only", "", "measure only this system: dtm, stage1 or stage2")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if flag.Arg(0) == branchesCommand {
		err = serveBranches(ctx, cfg)
	} else {
		err = measure(ctx, cfg)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, cfg settings) (err error) {
	if cfg.postgres == "" {
		return errors.New("no PostgreSQL: set STAGECRAFT_POSTGRES_URL or -postgres, or run make bench in the parent directory")
	}
	if cfg.work, err = filepath.Abs(cfg.work); err != nil {
		return err
	}
	env, err := newEnvironment(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, env.close()) }()

	var contestants []stats.Contestant
	for _, system := range []struct {
		name  string
		start func(ctx context.Context, env *environment) (*system, error)
	}{{"dtm", startDTM}, {"stage1", startStage1}, {"stage2", startStage2}} {
		if cfg.only != "" && cfg.only != system.name {
			continue
		}
		started, err := system.start(ctx, env)
		if err != nil {
			return fmt.Errorf("start %s: %w", system.name, err)
		}
		if _, err := env.load(ctx, started, cfg.warmup); err != nil {
			return fmt.Errorf("warm up %s: %w", system.name, err)
		}
		contestants = append(contestants, stats.Contestant{
			Name: system.name, Run: func(ctx context.Context) (stats.Result, error) { return env.load(ctx, started, cfg.run) },
		})
	}
	table, err := stats.Measure(ctx, contestants, cfg.runs, os.Stderr)
	if err != nil {
		return err
	}
	fmt.Printf("\nA purchase: %d runs of %s in turn, %d clients, %s\n\n", cfg.runs, cfg.run, cfg.clients, env.description)
	return table.Print(os.Stdout)
}
