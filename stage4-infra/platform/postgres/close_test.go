package postgres_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"shop/platform/config"
	"shop/platform/lifecycle"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

func TestStop_ConnectionInUse_IsBounded(t *testing.T) {
	t.Parallel()
	var pool *pgxpool.Pool
	app := fxtest.New(t, fx.NopLogger, postgres.Module, fx.Populate(&pool), fx.Supply(prometheus.NewRegistry(), postgres.Config{
		URL:      config.Secret(postgrestest.NewURL(t, fstest.MapFS{})),
		MaxConns: 2, StatementTimeout: time.Second, ConnectTimeout: 2 * time.Second, ConnLifetime: time.Minute,
	}, config.Defaults[lifecycle.Config]()), fx.Provide(lifecycle.NewCoordinator))
	app.RequireStart()
	conn, err := pool.Acquire(t.Context())
	require.NoError(t, err)
	t.Cleanup(conn.Release)

	stopped := make(chan error, 1)
	go func() { stopped <- app.Stop(t.Context()) }()

	select {
	case err := <-stopped:
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	case <-time.After(10 * time.Second):
		t.Fatal("the stop has no bound")
	}
}
