package stagetest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/infra"
)

// catalogue lists everything about a database that a service can notice, one line each. The order of columns is left out: a new
// column is always the last.
const catalogue = `
SELECT format('%s.%s %s%s default %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
	CASE WHEN a.attnotnull THEN ' not null' ELSE '' END, COALESCE(pg_get_expr(d.adbin, d.adrelid), 'none')
	|| a.attidentity::text || a.attgenerated::text) AS line
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT format('%s%s', pg_get_indexdef(i.indexrelid), CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT format('%s constraint %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL
SELECT format('%s %s %s', c.relkind::text, c.relname, c.relpersistence)
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind NOT IN ('i', 'I', 't')
UNION ALL
SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
ORDER BY line`

func TestMigrations_AppliedToAnEmptyDatabase_GiveTheSchema(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL")
	}
	repository, err := filepath.Abs(root)
	require.NoError(t, err)
	servers, err := infra.Ensure(t.Context(), repository, infra.Need{Postgres: true}, func(line string) { t.Log(line) })
	require.NoError(t, err)
	t.Cleanup(servers.Close)
	eachStage(t, func(t *testing.T, s stage) {
		for _, service := range s.stores {
			schema := catalogueOf(t, servers, filepath.Join(s.dir, service, "db/schema"))
			require.NotEmpty(t, schema)
			assert.Equal(t, schema, catalogueOf(t, servers, filepath.Join(s.dir, service, "db/migrations")),
				"%s: expected is what db/schema says, actual the result of db/migrations", service)
		}
	})
}

// catalogueOf applies the *.sql files of a directory to a new database and lists what is in it.
func catalogueOf(t *testing.T, servers *infra.Servers, dir string) []string {
	t.Helper()
	lease, err := servers.Lease(t.Context(), infra.LeaseSpec{Databases: []infra.DatabaseSpec{{Name: "db", Migrations: os.DirFS(dir)}}})
	require.NoError(t, err)
	defer lease.Close(t.Context())
	conn, err := pgx.Connect(t.Context(), lease.Databases["db"])
	require.NoError(t, err)
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), catalogue)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return lines
}
