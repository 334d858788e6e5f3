package compose_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/postgrestest"
	"shop/platform/servertest"
)

var services = []string{"order", "inventory", "wallet"}

var psql = &servertest.Server{Name: "psql", Variable: "PATH", Example: "the directory of the PostgreSQL programs"}

// shop is a stage directory with migrations, and databases with names of their own on the server of the tests.
type shop struct {
	stage, prefix string
	env           []string
	admin         *pgx.Conn
}

func newShop(t *testing.T, stage string) *shop {
	t.Helper()
	admin, err := pgx.Connect(t.Context(), postgrestest.NewURL(t, os.DirFS(t.TempDir())))
	require.NoError(t, err)
	if _, err := exec.LookPath("psql"); err != nil {
		psql.Missing(t, err)
	}
	to := admin.Config()
	s := &shop{stage: stage, prefix: "test_" + uuid.NewString()[:8] + "_", admin: admin}
	s.env = append(os.Environ(), "NAME_PREFIX="+s.prefix, "PGHOST="+to.Host, "PGPORT="+strconv.Itoa(int(to.Port)),
		"PGUSER="+to.User, "PGPASSWORD="+to.Password)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		defer admin.Close(ctx)
		for _, service := range services {
			_, err := admin.Exec(ctx, "DROP DATABASE IF EXISTS "+s.prefix+service+"_db WITH (FORCE)")
			assert.NoError(t, err)
			_, err = admin.Exec(ctx, "DROP ROLE IF EXISTS "+s.prefix+service+"_service")
			assert.NoError(t, err)
		}
	})
	return s
}

func (s *shop) migrate(t *testing.T) (output string, err error) {
	t.Helper()
	script := exec.CommandContext(t.Context(), "./migrate.sh", s.stage)
	script.Env = s.env
	out, err := script.CombinedOutput()
	return string(out), err
}

func (s *shop) query(t *testing.T, service, sql string) (value string) {
	t.Helper()
	config := s.admin.Config()
	config.Database = s.prefix + service + "_db"
	conn, err := pgx.ConnectConfig(t.Context(), config)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&value))
	return value
}

func TestMigrate_NewServer_AppliesEachMigrationOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, "..")
	files, err := filepath.Glob("../*/db/migrations/*.sql")
	require.NoError(t, err)

	output, err := s.migrate(t)
	require.NoError(t, err, output)
	assert.Equal(t, len(files), strings.Count(output, ": applied "), output)

	output, err = s.migrate(t)
	require.NoError(t, err, output)
	assert.Empty(t, output, "a second run applies nothing")
}

func TestMigrate_EachRole_ReachesOnlyItsOwnDatabase(t *testing.T) {
	t.Parallel()
	s := newShop(t, t.TempDir())
	for _, service := range services {
		write(t, s.stage, service, "1_table.sql", "CREATE TABLE things (id int);\n")
	}
	// As an interrupted first run leaves it.
	_, err := s.admin.Exec(t.Context(), "CREATE ROLE "+s.prefix+"wallet_service LOGIN PASSWORD '"+s.prefix+"wallet_service'")
	require.NoError(t, err)
	_, err = s.admin.Exec(t.Context(), "CREATE DATABASE "+s.prefix+"wallet_db OWNER "+s.prefix+"wallet_service")
	require.NoError(t, err)

	output, err := s.migrate(t)
	require.NoError(t, err, output)

	for _, role := range services {
		for _, database := range services {
			err := s.useThings(t, role, database)
			if role == database {
				assert.NoError(t, err, "%s owns %s_db", role, database)
			} else {
				assert.ErrorContains(t, err, "permission denied for database", "%s must not reach %s_db", role, database)
			}
		}
	}
	superusers := s.query(t, "order", "SELECT count(*)::text FROM pg_roles WHERE rolname LIKE '"+s.prefix+"%' AND (rolsuper OR rolcreatedb OR rolcreaterole)")
	assert.Equal(t, "0", superusers, "a service role has no rights over the server")
}

// useThings writes and reads as the service's role.
func (s *shop) useThings(t *testing.T, role, database string) error {
	t.Helper()
	config := s.admin.Config()
	config.User, config.Password, config.Database = s.prefix+role+"_service", s.prefix+role+"_service", s.prefix+database+"_db"
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		return err
	}
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), "INSERT INTO things VALUES (1)")
	return err
}

func TestMigrate_FailedMigration_IsNamedAndCanBeRepeated(t *testing.T) {
	t.Parallel()
	stage := t.TempDir()
	for _, service := range services {
		write(t, stage, service, "1_table.sql", "CREATE TABLE things (id int);\nINSERT INTO things VALUES (1), (1);\n")
	}
	write(t, stage, "inventory", "2_index.sql", "-- atlas:txmode none\n\n"+
		"DROP INDEX CONCURRENTLY IF EXISTS things_by_id;\nCREATE UNIQUE INDEX CONCURRENTLY things_by_id ON things (id);\n")
	write(t, stage, "wallet", "2_half.sql", "DELETE FROM things;\nDELETE FROM nowhere;\n")
	s := newShop(t, stage)

	output, err := s.migrate(t)
	require.Error(t, err)
	assert.Contains(t, output, "2_index.sql failed")
	assert.Contains(t, output, "run this again")

	s.query(t, "inventory", "WITH gone AS (DELETE FROM things RETURNING 1) SELECT count(*)::text FROM gone")
	output, err = s.migrate(t)
	require.Error(t, err)
	assert.Contains(t, output, "inventory_db: applied 2_index.sql", "the index that the failed attempt left is replaced")
	assert.Equal(t, "true", s.query(t, "inventory", "SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'things_by_id'::regclass"))
	assert.Contains(t, output, "wallet_db: 2_half.sql failed")
	assert.Equal(t, "2", s.query(t, "wallet", "SELECT count(*)::text FROM things"), "a migration in a transaction is applied whole or not at all")
}

func write(t *testing.T, stage, service, name, text string) {
	t.Helper()
	folder := filepath.Join(stage, service, "db", "migrations")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
}
