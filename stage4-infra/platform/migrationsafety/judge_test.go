package migrationsafety_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/migrationsafety"
	"shop/platform/postgrestest"
)

const (
	create = `CREATE TABLE orders (id bigint PRIMARY KEY, amount integer NOT NULL, note text, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE buyers (id bigint PRIMARY KEY);
`
	fill = `INSERT INTO orders (id, amount, note) SELECT n, n, 'a note' FROM generate_series(1, current_setting('safety.rows')::int) AS n;
INSERT INTO buyers SELECT n FROM generate_series(1, current_setting('safety.rows')::int) AS n;
`
	statements = `INSERT INTO orders (id, amount, note) VALUES (-1, 1, 'new');
SELECT id, amount, note FROM orders WHERE id = 1;
UPDATE orders SET note = 'changed' WHERE id = 1;
`
	rows = 20_000

	limited     = "SET LOCAL lock_timeout = '200ms';\n"
	concurrent  = "-- atlas:txmode none\n\n"
	dropCreated = "DROP INDEX CONCURRENTLY IF EXISTS orders_created;\n"
)

// judged returns the result of the last of the migrations; those before it are released.
func judged(t *testing.T, migrations ...string) migrationsafety.Result {
	t.Helper()
	steps := []migrationsafety.Step{{Name: "0", SQL: create, Fill: fill}}
	for i, sql := range migrations {
		steps = append(steps, migrationsafety.Step{
			Name: "new", SQL: sql, New: i == len(migrations)-1, Statements: strings.SplitAfter(strings.TrimSpace(statements), ";\n"),
		})
	}
	results, err := migrationsafety.Judge(t.Context(), postgrestest.NewURL(t, fstest.MapFS{}), steps, rows, migrationsafety.DefaultLimits)
	require.NoError(t, err)
	require.Len(t, results, 1)
	return results[0]
}

func kinds(r migrationsafety.Result) []migrationsafety.Kind {
	var all []migrationsafety.Kind
	for _, f := range r.Findings {
		all = append(all, f.Kind)
	}
	return all
}

func TestJudge_SafeMigration_HasNoFindings(t *testing.T) {
	t.Parallel()
	const notValid = limited + "ALTER TABLE orders ADD CONSTRAINT note_present CHECK (note IS NOT NULL) NOT VALID;\n"
	const validate = limited + "ALTER TABLE orders VALIDATE CONSTRAINT note_present;\n"
	for name, migrations := range map[string][]string{
		"a column that may be NULL":              {limited + "ALTER TABLE orders ADD COLUMN region text;\n"},
		"a column with a constant default":       {limited + "ALTER TABLE orders ADD COLUMN region text NOT NULL DEFAULT 'eu';\n"},
		"an index made concurrently":             {concurrent + dropCreated + "CREATE INDEX CONCURRENTLY orders_created ON orders (created_at);\n"},
		"a constraint for new rows":              {notValid},
		"a constraint validated on its own":      {notValid, validate},
		"NOT NULL after a validated constraint":  {notValid, validate, limited + "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;\n"},
		"a new table with rows and an index":     {"CREATE TABLE archive AS SELECT * FROM orders;\nCREATE INDEX archive_id ON archive (id);\n"},
		"a foreign key for new rows":             {limited + "ALTER TABLE orders ADD COLUMN buyer_id bigint;\nALTER TABLE orders ADD FOREIGN KEY (buyer_id) REFERENCES buyers NOT VALID;\n"},
		"a longer varchar where there was none":  {limited + "ALTER TABLE buyers ADD COLUMN name varchar(9);\n", limited + "ALTER TABLE buyers ALTER COLUMN name TYPE varchar(99);\n"},
		"an index dropped concurrently":          {"CREATE INDEX orders_created ON orders (created_at);\n", concurrent + dropCreated},
		"a column that is not used any more":     {limited + "ALTER TABLE orders DROP COLUMN created_at;\n"},
		"a default for rows of the next release": {limited + "ALTER TABLE orders ALTER COLUMN note SET DEFAULT '';\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := judged(t, migrations...)
			assert.Empty(t, r.Findings)
			assert.Equal(t, 3, r.Statements)
		})
	}
}

func TestJudge_UnsafeMigration_SaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sql  string
		want migrationsafety.Kind
	}{
		"NOT NULL without default":              {limited + "ALTER TABLE orders ADD COLUMN region text NOT NULL;\n", migrationsafety.Fails},
		"a computed default":                    {limited + "ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();\n", migrationsafety.Rewrites},
		"a wider integer":                       {limited + "ALTER TABLE orders ALTER COLUMN amount TYPE bigint;\n", migrationsafety.Rewrites},
		"another result type":                   {limited + "ALTER TABLE orders ALTER COLUMN note TYPE varchar;\n", migrationsafety.BreaksOld},
		"an index that blocks writers":          {limited + "CREATE INDEX orders_created ON orders (created_at);\n", migrationsafety.WorksLocked},
		"the same outside of a transaction":     {concurrent + "SET lock_timeout = '200ms';\nCREATE INDEX IF NOT EXISTS orders_created ON orders (created_at);\n", migrationsafety.WorksLocked},
		"a column that is used":                 {limited + "ALTER TABLE orders DROP COLUMN note;\n", migrationsafety.BreaksOld},
		"a new name":                            {limited + "ALTER TABLE orders RENAME COLUMN note TO remark;\n", migrationsafety.BreaksOld},
		"a column that old writers do not know": {limited + "ALTER TABLE orders ADD COLUMN region text NOT NULL DEFAULT 'eu';\nALTER TABLE orders ALTER COLUMN region DROP DEFAULT;\n", migrationsafety.BreaksOld},
		"no lock_timeout":                       {"ALTER TABLE orders ADD COLUMN region text;\n", migrationsafety.WaitsForever},
		"a lock_timeout that comes too late":    {"ALTER TABLE orders ADD COLUMN region text;\n" + limited, migrationsafety.WaitsForever},
		"a constraint that reads all rows":      {limited + "ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0);\n", migrationsafety.WorksLocked},
		"NOT NULL that reads all rows":          {limited + "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;\n", migrationsafety.WorksLocked},
		"NOT VALID validated in one go":         {limited + "ALTER TABLE orders ADD CONSTRAINT p CHECK (amount > 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT p;\n", migrationsafety.WorksLocked},
		"a foreign key that reads all rows":     {limited + "ALTER TABLE orders ADD FOREIGN KEY (id) REFERENCES buyers;\n", migrationsafety.WorksLocked},
		"a lock kept during other work":         {limited + "ALTER TABLE orders ADD COLUMN region text;\nCREATE TABLE sums AS SELECT sum(id) FROM buyers;\n", migrationsafety.WorksLocked},
		"all rows in one transaction":           {"UPDATE orders SET note = '';\n", migrationsafety.ChangesRows},
		"all rows in one, outside of a file's":  {concurrent + "UPDATE orders SET note = 'x' WHERE note <> 'x';\n", migrationsafety.ChangesRows},
		"CONCURRENTLY in a transaction":         {"CREATE INDEX CONCURRENTLY orders_created ON orders (created_at);\n", migrationsafety.Fails},
		"CONCURRENTLY that cannot be repeated":  {concurrent + "CREATE INDEX CONCURRENTLY orders_created ON orders (created_at);\n", migrationsafety.Fails},
		"CONCURRENTLY that keeps the invalid":   {concurrent + "CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_created ON orders (created_at);\n", migrationsafety.InvalidIndex},
		"a commit in the middle":                {limited + "COMMIT;\nALTER TABLE orders ADD COLUMN region text;\n", migrationsafety.Fails},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := judged(t, c.sql)
			assert.Contains(t, kinds(r), c.want)
			if c.want != migrationsafety.WaitsForever {
				assert.NotContains(t, kinds(r), migrationsafety.WaitsForever)
			}
			var text bytes.Buffer
			r.Write(&text)
			assert.Contains(t, text.String(), "FAIL  new: ")
		})
	}
}

func TestJudge_TableInUse_ReportsLockAndTimeout(t *testing.T) {
	t.Parallel()
	r := judged(t, limited+"ALTER TABLE orders ADD COLUMN region text;\n")
	require.Len(t, r.Locks, 1)
	assert.Equal(t, "orders", r.Locks[0].Table)
	assert.Equal(t, "AccessExclusiveLock", r.Locks[0].Mode)
	assert.Positive(t, r.Locks[0].Held)
	assert.Positive(t, r.GaveUp)
}

func TestJudge_StatementThatNeverWorked_IsNoVerdict(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{"SELECT nothing FROM orders", "SELECT 1 / (amount - amount) FROM orders"} {
		_, err := migrationsafety.Judge(t.Context(), postgrestest.NewURL(t, fstest.MapFS{}), []migrationsafety.Step{
			{Name: "0", SQL: create, Fill: fill}, {Name: "1", SQL: "SELECT 1;\n", New: true, Statements: []string{statement}},
		}, 10, migrationsafety.DefaultLimits)
		assert.ErrorContains(t, err, "of the release before")
	}
}

func TestJudge_StatementThatOneMigrationBreaks_IsReportedOnce(t *testing.T) {
	t.Parallel()
	old := []string{"SELECT note FROM orders WHERE id = 1", "SELECT amount FROM orders WHERE id = 1"}
	results, err := migrationsafety.Judge(t.Context(), postgrestest.NewURL(t, fstest.MapFS{}), []migrationsafety.Step{
		{Name: "0", SQL: create, Fill: fill},
		{Name: "1", SQL: limited + "ALTER TABLE orders DROP COLUMN note;\n", New: true, Statements: old},
		{Name: "2", SQL: "SELECT 1;\n", New: true, Statements: old},
	}, 10, migrationsafety.DefaultLimits)
	require.NoError(t, err)
	require.Len(t, results, 2)
	assert.Equal(t, []migrationsafety.Kind{migrationsafety.BreaksOld}, kinds(results[0]))
	assert.Empty(t, results[1].Findings)
	assert.Equal(t, 1, results[1].Statements)
}

func TestPlan_ReleasedMigrations_AreNotNew(t *testing.T) {
	t.Parallel()
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	released := fstest.MapFS{
		"order/db/migrations/1_a.sql": text("A;\n"), "order/db/migrations/2_b.sql": text("B;\n"),
		"order/db/safety/1_a.fill.sql": text("FILL"), "order/db/safety/1_a.statements.sql": text("OLD;\n"), "order/db/safety/2_b.statements.sql": text("SERVES;\n"),
	}
	stage := fstest.MapFS{
		"order/db/migrations/1_a.sql": text("A;\n"), "order/db/migrations/2_b.sql": text("B;\n"),
		"order/db/migrations/3_c.sql": text("C;\n"), "order/db/migrations/4_d.sql": text("D;\n"),
		"order/db/safety/1_a.fill.sql": text("FILL"), "order/db/safety/2_b.statements.sql": text("EASIER;\n"), "order/db/safety/3_c.statements.sql": text("NEXT;\n"),
	}
	steps, err := migrationsafety.Plan(stage, released, "order")
	require.NoError(t, err)
	assert.Equal(t, []migrationsafety.Step{
		{Name: "1_a", SQL: "A;\n", Fill: "FILL"},
		{Name: "2_b", SQL: "B;\n", Statements: []string{"OLD;\n"}},
		{Name: "3_c", SQL: "C;\n", New: true, Statements: []string{"SERVES;\n"}},
		{Name: "4_d", SQL: "D;\n", New: true, Statements: []string{"SERVES;\n"}},
	}, steps, "a change does not alter the statements that it is judged by")

	steps, err = migrationsafety.Plan(stage, nil, "order")
	require.NoError(t, err)
	assert.Equal(t, []bool{false, true, true, true}, []bool{steps[0].New, steps[1].New, steps[2].New, steps[3].New})
	assert.Equal(t, []string{"NEXT;\n"}, steps[3].Statements)

	stage["order/db/migrations/2_b.sql"] = text("B, but better;\n")
	_, err = migrationsafety.Plan(stage, released, "order")
	assert.ErrorContains(t, err, "2_b.sql was changed after its release")
}
