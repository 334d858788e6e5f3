// Package postgrestest gives each test a database of its own on a real PostgreSQL: the one of STAGECRAFT_POSTGRES_URL, or a container.
package postgrestest

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	tcpostgres "github.com/testcontainers/testcontainers-go/modules/postgres"

	"shop/platform/config"
	"shop/platform/postgres"
	"shop/platform/servertest"
)

const (
	image   = "postgres:17"
	timeout = 30 * time.Second
)

var server = &servertest.Server{
	Name: "PostgreSQL", Variable: "STAGECRAFT_POSTGRES_URL", Example: "postgres://user:password@host:port/postgres",
	Start: startContainer,
}

// New returns a pool on a new database to which the migrations were applied, and removes both when the test ends.
func New(t testing.TB, migrations fs.FS) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.NewPool(t.Context(), postgres.Config{
		URL: config.Secret(NewURL(t, migrations)), MaxConns: 10, StatementTimeout: 5 * time.Second,
		ConnectTimeout: 3 * time.Second, ConnLifetime: time.Hour,
	})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// NewURL is New for tests that open their own pool.
func NewURL(t testing.TB, migrations fs.FS) string {
	t.Helper()
	admin := server.Address(t)
	name := "test_" + uuid.NewString()[:8]
	exec(t, admin, "CREATE DATABASE "+name)
	t.Cleanup(func() { exec(t, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })

	address, err := url.Parse(admin)
	require.NoError(t, err)
	address.Path = "/" + name
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	require.NoError(t, Migrate(ctx, address.String(), migrations))
	return address.String()
}

// exec uses a context of its own: the one of the test is over when the cleanup runs.
func exec(t testing.TB, address, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	require.NoError(t, err, "connect to PostgreSQL")
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	require.NoError(t, err)
}

func startContainer(ctx context.Context) (string, error) {
	container, err := tcpostgres.Run(ctx, image, tcpostgres.BasicWaitStrategies())
	if err != nil {
		return "", fmt.Errorf("start %s: %w", image, err)
	}
	return container.ConnectionString(ctx, "sslmode=disable")
}
