package postgres_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"stagecraft/stage1-mvp/platform/config"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/postgrestest"
)

// Fx has one timeout for all stop hooks: what one of them wastes, those after it do not have.
func TestAConnectionThatDoesNotComeBackDoesNotHoldUpTheStop(t *testing.T) {
	t.Parallel()
	var pool *pgxpool.Pool
	app := fxtest.New(t, fx.NopLogger, postgres.Module, fx.Populate(&pool), fx.Supply(prometheus.NewRegistry(), postgres.Config{
		URL:      config.Secret(postgrestest.NewURL(t, fstest.MapFS{})),
		MaxConns: 2, StatementTimeout: time.Second, ConnectTimeout: 2 * time.Second, ConnLifetime: time.Minute,
	}))
	app.RequireStart()
	conn, err := pool.Acquire(t.Context())
	require.NoError(t, err)
	t.Cleanup(conn.Release)

	stopped := make(chan error, 1)
	go func() { stopped <- app.Stop(t.Context()) }()

	select {
	case err := <-stopped:
		assert.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("the stop has no bound: the hooks after it never run")
	}
}
