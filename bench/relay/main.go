// Relay compares how fast an outbox in PostgreSQL is drained into RabbitMQ, and what an event costs: Watermill's forwarder, a loop around
// SELECT … FOR UPDATE SKIP LOCKED that keeps no order, and the relay of stage 2. It creates what it needs on both servers itself.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// settings are what the flags set.
type settings struct {
	postgres   string
	rabbit     string
	api        string
	stage      string
	queues     string
	only       string
	runs       int
	rows       int
	aggregates int
	limit      time.Duration
	backlog    int
	profile    string
}

func main() {
	var cfg settings
	flag.StringVar(&cfg.postgres, "postgres", os.Getenv("STAGECRAFT_POSTGRES_URL"), "postgres://… of an administrator (STAGECRAFT_POSTGRES_URL)")
	flag.StringVar(&cfg.rabbit, "rabbitmq", os.Getenv("STAGECRAFT_RABBITMQ_URL"), "amqp://… of an administrator (STAGECRAFT_RABBITMQ_URL)")
	flag.StringVar(&cfg.api, "api", os.Getenv("STAGECRAFT_RABBITMQ_API"), "http://… of the management of RabbitMQ (STAGECRAFT_RABBITMQ_API)")
	flag.StringVar(&cfg.stage, "stage", "../stage2-async", "directory of the stage")
	flag.StringVar(&cfg.queues, "queues", "classic,quorum", "types of queues to publish to")
	flag.StringVar(&cfg.only, "only", ".", "measure only the systems that match this regular expression")
	flag.IntVar(&cfg.runs, "runs", 3, "runs of each system")
	flag.IntVar(&cfg.rows, "rows", 20000, "events in the outbox")
	flag.IntVar(&cfg.aggregates, "aggregates", 1000, "aggregates that they belong to")
	flag.DurationVar(&cfg.limit, "limit", 8*time.Second, "a slower system is stopped after this time, and its rate so far counts")
	flag.IntVar(&cfg.backlog, "backlog", 100_000, "largest backlog whose cost per event is measured, in powers of ten from 1000; 0 for none")
	flag.StringVar(&cfg.profile, "profile", "", "file for a CPU profile of this process")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, cfg settings) (err error) {
	if cfg.postgres == "" || cfg.rabbit == "" || cfg.api == "" {
		return errors.New("no PostgreSQL or RabbitMQ: set the variables that -h names, or run make bench in the parent directory")
	}
	only, err := regexp.Compile(cfg.only)
	if err != nil {
		return err
	}
	stopProfile, err := startProfile(cfg.profile)
	if err != nil {
		return err
	}
	defer stopProfile()
	e, err := newEnvironment(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	for queue := range strings.SplitSeq(cfg.queues, ",") {
		e.queue = queue
		t := &table{bases: []string{watermillTuned, bareLoop}}
		for run := range cfg.runs {
			for _, c := range e.contestants() {
				if !only.MatchString(c.name) {
					continue
				}
				if err := t.measure(ctx, run, c); err != nil {
					return err
				}
			}
		}
		fmt.Printf("\nAn outbox of %d events of %d aggregates into a %s queue: medians of %d runs in turn, %s\n\n",
			cfg.rows, cfg.aggregates, queue, cfg.runs, e.description)
		if err := t.print(os.Stdout); err != nil {
			return err
		}
	}
	if cfg.backlog == 0 {
		return nil
	}
	return e.measureBacklogs(ctx, cfg.backlog)
}
