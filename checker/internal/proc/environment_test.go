package proc

import (
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// hostile is what shells of learners have set for other programs.
var hostile = map[string]string{
	"PGSERVICE": "work", "PGSERVICEFILE": "/nonexistent", "PGOPTIONS": "-c search_path=other", "PGSSLMODE": "verify-full",
	"PGSSLROOTCERT": "/nonexistent", "PGHOST": "db.example.com", "PGPASSFILE": "/nonexistent", "PGTZ": "Asia/Tokyo",
	"REDIS_URL": "redis://cache.example.com", "REDISCLI_AUTH": "secret", "RABBITMQ_NODENAME": "other@host", "ERL_FLAGS": "-bad",
	"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "collector.example.com:4317", "GIT_DIR": "/nonexistent/.git",
}

func TestCleanEnvironment_ShellIsSetUpForOtherPrograms_NothingOfItIsLeft(t *testing.T) {
	for name, value := range hostile {
		t.Setenv(name, value)
	}
	t.Setenv("TMPDIR", "/nonexistent")
	t.Setenv("HOME", "")
	for _, variable := range Environ() {
		name, _, _ := strings.Cut(variable, "=")
		require.NotContains(t, hostile, name, "a child gets it")
	}
	_, err := pgx.ParseConfig("postgres://a:b@127.0.0.1:5432/order_db?sslmode=disable")
	require.Error(t, err, "the shell's service file breaks every connection: the test is worth something")

	CleanEnvironment()

	config, err := pgx.ParseConfig("postgres://a:b@127.0.0.1:5432/order_db?sslmode=disable")
	require.NoError(t, err)
	require.Empty(t, config.RuntimeParams["options"])
	for name := range hostile {
		require.Empty(t, os.Getenv(name))
	}
	require.DirExists(t, os.Getenv("TMPDIR"))
	require.NotEmpty(t, os.Getenv("HOME"))
}
