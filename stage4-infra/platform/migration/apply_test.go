package migration_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/migration"
	"shop/platform/postgrestest"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestApply_Again_AppliesOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	url := postgrestest.NewURL(t, fstest.MapFS{})
	files := fstest.MapFS{
		"2_index.sql":  file("-- atlas:txmode none\nDROP INDEX CONCURRENTLY IF EXISTS a_name;\nCREATE INDEX CONCURRENTLY a_name ON a (name);\n"),
		"1_create.sql": file("SET lock_timeout = '1s';\nCREATE TABLE a (name text);\n"),
	}
	apply := func() (applied []string) {
		conn := connect(t, url)
		defer func() { _ = conn.Close(t.Context()) }()
		require.NoError(t, migration.Apply(t.Context(), conn, files, func(name string) { applied = append(applied, name) }))
		var timeout string
		require.NoError(t, conn.QueryRow(t.Context(), `SHOW lock_timeout`).Scan(&timeout))
		assert.Equal(t, "0", timeout, "a setting of a file carries over to the next")
		return applied
	}
	assert.Equal(t, []string{"1_create.sql", "2_index.sql"}, apply())
	files["3_more.sql"] = file("ALTER TABLE a ADD COLUMN more text;\n")
	assert.Equal(t, []string{"3_more.sql"}, apply())
}

func TestApply_FailedFile_LeavesNothingAndIsNotRecorded(t *testing.T) {
	t.Parallel()
	conn := connect(t, postgrestest.NewURL(t, fstest.MapFS{}))
	files := fstest.MapFS{"1_create.sql": file("CREATE TABLE a (name text);\nSELECT 1/0;\n")}
	err := migration.Apply(t.Context(), conn, files, func(string) {})
	require.ErrorContains(t, err, "1_create.sql")

	files["1_create.sql"] = file("CREATE TABLE a (name text);\n")
	require.NoError(t, migration.Apply(t.Context(), conn, files, func(string) {}), "what failed must have left no table")
}

func TestApply_AnotherRun_IsRefused(t *testing.T) {
	t.Parallel()
	url := postgrestest.NewURL(t, fstest.MapFS{})
	first, second := connect(t, url), connect(t, url)
	errRefused := errors.New("not called")
	files := fstest.MapFS{"1_create.sql": file("CREATE TABLE a (name text);\n")}
	require.NoError(t, migration.Apply(t.Context(), first, files, func(string) {
		errRefused = migration.Apply(t.Context(), second, files, func(string) {})
	}))
	require.ErrorContains(t, errRefused, "another run")
}
