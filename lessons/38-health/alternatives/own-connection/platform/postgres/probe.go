package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/platform/health"
)

// provideProbe opens a connection for each run and closes it again: it also finds a database that accepts no more connections.
func provideProbe(cfg Config) (health.Probe, error) {
	parsed, err := pgx.ParseConfig(cfg.URL.Reveal())
	if err != nil {
		return health.Probe{}, fmt.Errorf("probe the database: %w", err)
	}
	return health.Probe{Name: "database", Check: func(ctx context.Context) error {
		conn, err := pgx.ConnectConfig(ctx, parsed)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		return conn.Ping(ctx)
	}}, nil
}
