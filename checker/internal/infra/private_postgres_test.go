package infra

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestPrivatePostgres_Crash_KeepsWhatItCommitted(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a database server")
	}
	servers, err := Ensure(t.Context(), "../../..", Need{Postgres: true}, func(line string) { t.Log(line) })
	require.NoError(t, err)
	t.Cleanup(servers.Close)
	if servers.Provider != "native" && servers.Provider != "bundle" {
		t.Skip("the database is in a container")
	}
	server, err := servers.PrivatePostgres(t.Context(), func(string) {}, DatabaseSpec{
		Name: "order_db", Migrations: fstest.MapFS{"1.sql": {Data: []byte("CREATE TABLE t (n int)")}},
	})
	require.NoError(t, err)
	t.Cleanup(server.Close)
	address := server.Databases["order_db"]

	require.NoError(t, insert(t.Context(), address))
	require.NoError(t, server.Crash(t.Context()))
	require.Error(t, insert(t.Context(), address))
	require.NoError(t, server.Start(t.Context()))
	require.NoError(t, insert(t.Context(), address))
	require.NoError(t, server.Stop(t.Context()))
	require.NoError(t, server.Start(t.Context()))

	require.NoError(t, server.SlowCommits(t.Context(), 80*time.Millisecond))
	require.Eventually(t, func() bool {
		began := time.Now()
		require.NoError(t, insert(t.Context(), address))
		return time.Since(began) >= 80*time.Millisecond
	}, 10*time.Second, 20*time.Millisecond, "a commit waits for the disk")
	require.NoError(t, server.SlowCommits(t.Context(), 0))

	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM t").Scan(&n))
	require.GreaterOrEqual(t, n, 3, "what was committed before the crash and the stop is there")
	require.NoError(t, servers.Healthy(t.Context()), "the shared server is not touched")
}

func insert(ctx context.Context, address string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	_, err = conn.Exec(ctx, "INSERT INTO t VALUES (1)")
	return err
}
