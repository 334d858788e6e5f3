package postgres_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/config"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

func TestNewPool_ConnectionsHaveLimits(t *testing.T) {
	t.Parallel()
	pool, err := postgres.NewPool(t.Context(), postgres.Config{
		URL:      config.Secret(postgrestest.NewURL(t, fstest.MapFS{})),
		MaxConns: 3, StatementTimeout: 50 * time.Millisecond, ConnectTimeout: 2 * time.Second, ConnLifetime: 10 * time.Minute,
	})
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	_, err = pool.Exec(t.Context(), "SELECT pg_sleep(10)")

	var refused *pgconn.PgError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "57014", refused.Code, "a statement that takes too long is cancelled by the server")
	for setting, want := range map[string]string{
		"statement_timeout": "50ms", "idle_in_transaction_session_timeout": "100ms", "timezone": "UTC",
	} {
		var value string
		require.NoError(t, pool.QueryRow(t.Context(), "SELECT current_setting($1)", setting).Scan(&value))
		assert.Equal(t, want, value, setting)
	}
	limits := pool.Config()
	assert.EqualValues(t, 3, limits.MaxConns)
	assert.Equal(t, 10*time.Minute, limits.MaxConnLifetime)
	assert.Equal(t, time.Minute, limits.MaxConnLifetimeJitter, "without jitter all connections end at the same moment")
	assert.Equal(t, 2*time.Second, limits.ConnConfig.ConnectTimeout)
}
