package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/config"
	"shop/platform/outbox"
	"shop/platform/postgres"
	"shop/platform/rabbitmq"
	"shop/platform/telemetry"
)

const pollInterval = 5 * time.Millisecond

// relay is a relay of stage 2 with connections of its own to both servers, as in a replica of a service.
type relay struct {
	registry *prometheus.Registry
	app      *fx.App
	*outbox.Relay
}

func (e *environment) startRelay(ctx context.Context, name string) (*relay, error) {
	cfg, broker, database := config.Defaults[outbox.Config](), config.Defaults[rabbitmq.Config](), config.Defaults[postgres.Config]()
	broker.URL, database.URL = config.Secret(e.rabbit), config.Secret(e.address)
	cfg.Heartbeat = 200 * time.Millisecond
	var (
		pool      *pgxpool.Pool
		publisher *rabbitmq.Publisher
		metrics   *outbox.Metrics
	)
	r := &relay{registry: prometheus.NewRegistry()}
	r.app = fx.New(fx.NopLogger, fx.Supply(r.registry, broker, database, telemetry.Service(name), zap.NewNop()),
		postgres.Module, rabbitmq.Module, fx.Provide(outbox.NewMetrics), fx.Populate(&pool, &publisher, &metrics))
	if err := r.app.Start(ctx); err != nil {
		return nil, err
	}
	r.Relay = outbox.NewRelay(cfg, name, pool, outbox.OnRabbitMQ(publisher), metrics, zap.NewNop())
	return r, errors.Join(e.wait(ctx, func() (bool, error) { return r.metric("rabbitmq_up") == 1, nil }), r.Start(ctx))
}

func (r *relay) stop(ctx context.Context) error {
	return errors.Join(r.Stop(ctx), r.app.Stop(ctx))
}

// metric returns the sum of a gauge, or the number of observations of a histogram.
func (r *relay) metric(name string) (sum float64) {
	families, _ := r.registry.Gather()
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			sum += m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return sum
}

func (e *environment) wait(ctx context.Context, done func() (bool, error)) error {
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-time.After(pollInterval):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// runOutbox lets n relays that share the partitions drain rows that appear with one commit.
func (e *environment) runOutbox(ctx context.Context, n, rows int) (r result, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	if err := e.emptyQueue(); err != nil {
		return r, err
	}
	if _, err := e.pool.Exec(ctx, `TRUNCATE outbox_events RESTART IDENTITY`); err != nil {
		return r, err
	}
	relays := make([]*relay, n)
	for i := range relays {
		if relays[i], err = e.startRelay(ctx, fmt.Sprintf("bench-%d-%d", os.Getpid(), i)); err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, relays[i].stop(context.WithoutCancel(ctx))) }()
	}
	const owners = `SELECT count(DISTINCT picked_by) FROM outbox_leases WHERE expires_at > now() HAVING count(*) = 32`
	err = e.wait(ctx, func() (bool, error) {
		var owning int
		err := e.pool.QueryRow(ctx, owners).Scan(&owning)
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil
		}
		return owning == n, err
	})
	if err != nil {
		return r, err
	}
	finish, err := e.fillOutbox(ctx, rows)
	if err != nil {
		return r, err
	}
	err = e.wait(ctx, func() (bool, error) {
		sent := 0.0
		for _, r := range relays {
			sent += r.metric("outbox_publish_latency_seconds")
		}
		return int(sent) >= rows, nil
	})
	return finish(rows), err
}

// fillOutbox stores events in one transaction, and begins the measurement with its commit.
func (e *environment) fillOutbox(ctx context.Context, rows int) (finish func(events int) result, err error) {
	columns := []string{
		"id", "aggregate_type", "aggregate_id", "event_type", "event_version", "sequence", "occurred_at", "correlation_id", "traceparent",
		"tracestate", "payload",
	}
	all := events(rows, e.cfg.aggregates)
	err = pgx.BeginFunc(ctx, e.pool, func(tx pgx.Tx) error {
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"outbox_events"}, columns, pgx.CopyFromSlice(len(all), func(i int) ([]any, error) {
			m := all[i]
			return []any{
				m.ID, m.AggregateType, m.AggregateID, m.Type, m.Version, m.Sequence, m.OccurredAt, m.CorrelationID, "", "", string(m.Payload),
			}, nil
		}))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `ANALYZE outbox_events`); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `NOTIFY outbox_events`)
		finish = e.begin()
		return err
	})
	return finish, err
}

// measureBacklogs prints what an event costs with more and more events in front of two relays.
func (e *environment) measureBacklogs(ctx context.Context, largest int) error {
	fmt.Printf("\nTwo relays of stage 2, by backlog, %s queue\n\n| events\t| CPU µs per event\t| events/s\t|\n|---\t|---\t|---\t|\n", e.queue)
	for rows := 1000; rows <= largest; rows *= 10 {
		t := &table{}
		c := contestant{"outbox", func(ctx context.Context) (result, error) { return e.runOutbox(ctx, 2, rows) }}
		for run := range max(1, min(20, 50_000/rows)) { // a small backlog is gone within a few ticks of the CPU clock
			if err := t.measure(ctx, run, c); err != nil {
				return err
			}
		}
		fmt.Printf("| %d\t| %.0f\t| %.0f\t|\n", rows, t.mean(func(r result) float64 { return r.cpu }), t.mean(func(r result) float64 { return r.rate }))
	}
	return nil
}

func (t *table) mean(value func(r result) float64) (mean float64) {
	for _, results := range t.results {
		for _, r := range results {
			mean += value(r) / float64(len(results))
		}
	}
	return mean
}
