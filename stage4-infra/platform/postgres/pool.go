// Package postgres has the connection pool and the transactions that all repositories of a service share.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/pgxpool"
)

// NewPool returns a pool of connections that are limited in number, in age (with jitter, so that they do not all end together) and in
// the time of a statement. It does not connect yet.
func NewPool(ctx context.Context, cfg Config) (*pgxpool.Pool, error) {
	poolConfig, err := pgxpool.ParseConfig(cfg.URL.Reveal())
	if err != nil {
		return nil, errors.New("parse DATABASE_URL: not an address of a database") // the parser's own error quotes it
	}
	poolConfig.MaxConns = cfg.MaxConns
	poolConfig.MaxConnLifetime = cfg.ConnLifetime
	poolConfig.MaxConnLifetimeJitter = cfg.ConnLifetime / 10
	poolConfig.ConnConfig.ConnectTimeout = cfg.ConnectTimeout
	poolConfig.ConnConfig.Tracer = queryTracer{}
	params := poolConfig.ConnConfig.RuntimeParams
	params["statement_timeout"] = milliseconds(cfg.StatementTimeout.Milliseconds())
	// A process that was killed with an open transaction must not hold its locks for long.
	params["idle_in_transaction_session_timeout"] = milliseconds(2 * cfg.StatementTimeout.Milliseconds())
	params["timezone"] = "UTC"

	pool, err := pgxpool.NewWithConfig(ctx, poolConfig)
	if err != nil {
		return nil, fmt.Errorf("open pool: %w", err)
	}
	return pool, nil
}

func milliseconds(n int64) string { return strconv.FormatInt(n, 10) + "ms" }
