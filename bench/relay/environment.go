package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	amqp "github.com/rabbitmq/amqp091-go"

	"bench/broker"
	"bench/stats"
)

const (
	exchange  = "shop"
	queueName = "bench"
	eventType = "order.order.paid"
)

// environment is a database and a virtual host of this invocation.
type environment struct {
	cfg         settings
	queue       string // type of the queue
	pool        *pgxpool.Pool
	admin       *pgx.Conn
	database    string
	address     string // of the database
	rabbit      string // of the virtual host
	vhost       *broker.VHost
	description string
	pids        []int // whose CPU time counts
}

func newEnvironment(ctx context.Context, cfg settings) (*environment, error) {
	e := &environment{cfg: cfg, database: fmt.Sprintf("bench_%d", os.Getpid())}
	if err := e.createDatabase(ctx); err != nil {
		return nil, errors.Join(err, e.close())
	}
	if err := e.createVHost(ctx); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

func (e *environment) createDatabase(ctx context.Context) (err error) {
	if e.admin, err = pgx.Connect(ctx, e.cfg.postgres); err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	var backend int
	var version, fsync, commit string
	const settings = `SELECT pg_backend_pid(), split_part(version(), ' ', 2), current_setting('fsync'), current_setting('synchronous_commit')`
	if err := e.admin.QueryRow(ctx, settings).Scan(&backend, &version, &fsync, &commit); err != nil {
		return err
	}
	// A server on another machine has no parent here, and its CPU time is then not counted.
	e.pids = append(e.pids, os.Getpid(), stats.Parent(backend))
	e.description = fmt.Sprintf("PostgreSQL %s with fsync %s and synchronous_commit %s, %d CPUs", version, fsync, commit, runtime.NumCPU())
	if _, err := e.admin.Exec(ctx, "CREATE DATABASE "+e.database); err != nil {
		return err
	}
	address, err := url.Parse(e.cfg.postgres)
	if err != nil {
		return err
	}
	address.Path = "/" + e.database
	e.address = address.String()
	poolConfig, err := pgxpool.ParseConfig(e.address)
	if err != nil {
		return err
	}
	poolConfig.MaxConns = 20
	if e.pool, err = pgxpool.NewWithConfig(ctx, poolConfig); err != nil {
		return err
	}
	migration, err := os.ReadFile(filepath.Join(e.cfg.stage, "order", "db", "migrations", "20260601090000_create_outbox.sql"))
	if err != nil {
		return err
	}
	_, err = e.pool.Exec(ctx, string(migration)+bareSchema)
	return err
}

func (e *environment) createVHost(ctx context.Context) (err error) {
	if e.vhost, err = broker.Create(ctx, e.cfg.rabbit, e.cfg.api, e.database); err != nil {
		return err
	}
	e.rabbit = e.vhost.Address
	e.pids = append(e.pids, e.vhost.PIDs...)
	return nil
}

func (e *environment) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if e.pool != nil {
		e.pool.Close()
	}
	var problem error
	if e.vhost != nil {
		problem = e.vhost.Drop(ctx)
	}
	if e.admin == nil {
		return problem
	}
	_, err := e.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+e.database+" WITH (FORCE)")
	return errors.Join(problem, err, e.admin.Close(ctx))
}

// emptyQueue makes the queue anew, and binds it to the exchange of the shop.
func (e *environment) emptyQueue() error {
	conn, err := amqp.Dial(e.rabbit)
	if err != nil {
		return err
	}
	defer conn.Close()
	ch, err := conn.Channel()
	if err != nil {
		return err
	}
	if _, err := ch.QueueDelete(queueName, false, false, false); err != nil {
		return err
	}
	if err := ch.ExchangeDeclare(exchange, amqp.ExchangeTopic, true, false, false, false, nil); err != nil {
		return err
	}
	if _, err := ch.QueueDeclare(queueName, true, false, false, false, amqp.Table{amqp.QueueTypeArg: e.queue}); err != nil {
		return err
	}
	return ch.QueueBind(queueName, eventType, exchange, false, nil)
}

// begin starts a measurement. The function that it returns ends it.
func (e *environment) begin() func(events int) result {
	cpu, started := stats.CPUSeconds(e.pids...), time.Now()
	return func(events int) result {
		took := time.Since(started).Seconds()
		return result{rate: float64(events) / took, cpu: (stats.CPUSeconds(e.pids...) - cpu) / float64(events) * 1e6}
	}
}
