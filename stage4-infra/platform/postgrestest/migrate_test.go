package postgrestest_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/postgrestest"
)

var (
	table = file("CREATE TABLE orders (id int, note text);\nINSERT INTO orders VALUES (1, 'a'), (1, 'b');\n")
	index = file("-- atlas:txmode none\n\n-- a comment; of two lines;\n-- as here;\n" +
		"DROP INDEX CONCURRENTLY IF EXISTS orders_by_id;\nCREATE UNIQUE INDEX CONCURRENTLY\n    orders_by_id ON orders (id);\n")
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestMigrate_WithoutTransaction_CanBeRepeatedAfterFailure(t *testing.T) {
	t.Parallel()
	address := postgrestest.NewURL(t, fstest.MapFS{"1_table.sql": table})

	err := postgrestest.Migrate(t.Context(), address, fstest.MapFS{"2_index.sql": index})
	require.ErrorContains(t, err, "2_index.sql: statement 2")
	assert.ErrorContains(t, err, "apply the file again")
	assert.Equal(t, "f", one(t, address, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_by_id'::regclass"),
		"a failed CONCURRENTLY leaves an invalid index")

	one(t, address, "DELETE FROM orders WHERE note = 'b'")
	require.NoError(t, postgrestest.Migrate(t.Context(), address, fstest.MapFS{"2_index.sql": index}))
	assert.Equal(t, "t", one(t, address, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_by_id'::regclass"))
}

func TestMigrate_FailedMigration_IsRolledBack(t *testing.T) {
	t.Parallel()
	address := postgrestest.NewURL(t, fstest.MapFS{})

	err := postgrestest.Migrate(t.Context(), address, fstest.MapFS{
		"migrations/1_table.sql": table, "migrations/2_wrong.sql": file("DELETE FROM orders;\nDELETE FROM nowhere;\n"),
	})

	require.ErrorContains(t, err, "2_wrong.sql: ")
	assert.Equal(t, "2", one(t, address, "SELECT count(*) FROM orders"))
}

func TestMigrate_DirectiveOnlyInFirstLine(t *testing.T) {
	t.Parallel()
	address := postgrestest.NewURL(t, fstest.MapFS{"1_table.sql": table})

	err := postgrestest.Migrate(t.Context(), address, fstest.MapFS{
		"2_late.sql": file("-- Not now.\n-- atlas:txmode none\nCREATE INDEX CONCURRENTLY orders_by_note ON orders (note);\n"),
	})

	require.ErrorContains(t, err, "cannot run inside a transaction block")
}

func TestMigrate_FunctionIsOneStatement(t *testing.T) {
	t.Parallel()
	address := postgrestest.NewURL(t, fstest.MapFS{"1_function.sql": file("-- atlas:txmode none\n\n" +
		"CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n    PERFORM 1;\n    RETURN 2;\nEND $$;\nCREATE TABLE seen ()")})

	assert.Equal(t, "2", one(t, address, "SELECT two()"))
	assert.Equal(t, "0", one(t, address, "SELECT count(*) FROM seen"))
}

func TestMigrate_SettingsEndWithMigration(t *testing.T) {
	t.Parallel()
	address := postgrestest.NewURL(t, fstest.MapFS{
		"1_set.sql":  file("-- atlas:txmode none\n\nSET lock_timeout = '7s';\n"),
		"2_look.sql": file("CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS value;\n"),
	})

	assert.Equal(t, "0", one(t, address, "SELECT value FROM seen"))
}

func TestMigrate_UnreadableFiles_Fail(t *testing.T) {
	t.Parallel()
	err := postgrestest.Migrate(t.Context(), "", fstest.MapFS{"1_folder.sql": {Mode: fs.ModeDir}})
	assert.ErrorContains(t, err, "read migration")
}

// one runs a statement and returns the first value of its first row, as text.
func one(t *testing.T, address, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	results, err := conn.PgConn().Exec(t.Context(), sql).ReadAll()
	require.NoError(t, err)
	if len(results) == 0 || len(results[0].Rows) == 0 {
		return ""
	}
	return string(results[0].Rows[0][0])
}
