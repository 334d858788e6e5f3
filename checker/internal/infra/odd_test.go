package infra

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/proc"
)

// A clone may lie anywhere, and a shell may be set up for other servers.
func TestEnsure_OddDirectoryAndShellSetUpForOtherServers_LeasesWork(t *testing.T) {
	for name, value := range map[string]string{
		"PGSERVICE": "work", "PGOPTIONS": "-c search_path=other", "PGSSLMODE": "verify-full", "PGPORT": "1", "PGDATA": "/nonexistent",
		"REDISCLI_AUTH": "secret", "RABBITMQ_NODENAME": "other@nowhere", "RABBITMQ_CONFIG_FILE": "/nonexistent", "ERL_FLAGS": "-nonsense",
	} {
		t.Setenv(name, value)
	}
	proc.CleanEnvironment()
	parent := t.TempDir()
	require.NoError(t, os.Chmod(parent, 0o755))
	root := filepath.Join(parent, "a [b] *c ü'")
	require.NoError(t, os.Mkdir(root, 0o755))
	t.Cleanup(func() { require.NoError(t, Down(context.Background(), root)) })

	s := ensure(t, root, all)
	lease, err := s.Lease(t.Context(), LeaseSpec{Databases: []DatabaseSpec{{Name: "order_db", Migrations: someMigrations}}, Redis: true, Vhost: true})
	require.NoError(t, err)
	require.Equal(t, 1, count(t, connect(t, lease.Databases["order_db"]), "SELECT count(*) FROM orders"))
	options, err := redis.ParseURL(lease.RedisURL)
	require.NoError(t, err)
	client := redis.NewClient(options)
	require.NoError(t, client.Ping(t.Context()).Err())
	require.NoError(t, client.Close())
	broker, err := amqp.Dial(lease.AMQPURL)
	require.NoError(t, err)
	require.NoError(t, broker.Close())
	require.NoError(t, lease.Close(t.Context()))
}
