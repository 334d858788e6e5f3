package zerodowntime

import (
	"fmt"

	"stagecraft/checker/internal/check"
)

// rows of the table that migrations are judged on: several times as many as may be read under a lock.
const rows = 6000

// filledTable are statements that make many reservations with two items each.
func filledTable(n int) []string {
	return []string{
		"INSERT INTO stocks (sku, available, created_at, updated_at) VALUES ('cup', 1000000, now(), now()), ('tea', 1000000, now(), now())",
		fmt.Sprintf(`INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at)
			SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1 + n %% 3, now(), now() FROM generate_series(1, %d) AS n`, n),
		`INSERT INTO reservation_items (reservation_id, sku, quantity) SELECT id, sku, length(sku) FROM reservations, (VALUES ('cup'), ('tea')) AS s (sku)`,
		"ANALYZE",
	}
}

// Statements of the releases that are gone, with constants in place of parameters: the insert, then those that both have.
const (
	insertBefore = `INSERT INTO reservations (id, saga_id, order_id, status, version, created_at, updated_at)
		VALUES ('00000000-0000-4000-8000-000000000001', gen_random_uuid(), gen_random_uuid(), 1, 1, now(), now())`
	insertBoth = `INSERT INTO reservations (id, saga_id, order_id, status, version, created_at, updated_at, total_quantity)
		VALUES ('00000000-0000-4000-8000-000000000001', gen_random_uuid(), gen_random_uuid(), 1, 1, now(), now(), 4)`
	insertItems = `INSERT INTO reservation_items (reservation_id, sku, quantity)
		SELECT '00000000-0000-4000-8000-000000000001', unnest('{cup,tea}'::text[]), unnest('{1,3}'::integer[])`
	lockRow = `SELECT id, saga_id, order_id, status, version, created_at, updated_at FROM reservations
		WHERE id = '00000000-0000-4000-8000-000000000001' FOR UPDATE`
	updateRow = `UPDATE reservations SET status = 2, version = version + 1, updated_at = now() WHERE id = '00000000-0000-4000-8000-000000000001'`
)

var (
	releaseBefore     = []string{insertBefore, insertItems, lockRow, updateRow}
	releaseWritesBoth = []string{insertBoth, insertItems, lockRow, updateRow}
)

func expand(t *check.T) {
	files := readDeploys(t).expand
	t.True(len(files) > 0, noColumn("there is no migration of deploy 1", "no file from "+firstExpand+"… on"))
	d := openDatabase(t, filledTable(rows)...)
	t.Step("apply the migrations of deploy 1 to %d reservations, first while another transaction uses them", rows)
	harmless(t, d, files, releaseBefore)
	t.Step("look at the column and its index")
	mayBeEmpty(t, d)
	found := d.number(`SELECT count(*) FROM pg_index WHERE indrelid = 'reservations'::regclass AND indisvalid AND
		(pg_get_expr(indpred, indrelid) = '(total_quantity IS NULL)' OR pg_get_indexdef(indexrelid, 1, true) = 'total_quantity')`)
	t.True(found > 0, check.Failure{
		ID: "no-index", Sentence: "no index finds the reservations without a total",
		Expected: "a valid index of the rows WHERE total_quantity IS NULL", Seen: "no such index",
		Why: "The backfill, and the migration that asks whether anything is left, would read the whole table each time.",
	})
}

// mayBeEmpty fails the check unless old rows have no total, and the release before can write rows without one.
func mayBeEmpty(t *check.T, d *database) {
	c := d.column()
	t.True(c.exists && c.kind == "bigint", noColumn("deploy 1 does not add the column total_quantity bigint", c.String()))
	t.True(!c.required && c.fallback == "" && c.filled == 0, check.Failure{
		ID: "invented", Sentence: "after deploy 1, reservations have a total that no program has computed",
		Expected: "total_quantity bigint, may be NULL, no default; NULL in all old rows", Seen: c.String(),
		Why: "A backfill finds what is missing by NULL. A value that was invented looks like one that was written.",
	})
}

func noColumn(sentence, seen string) check.Failure {
	return check.Failure{
		ID: "no-column", Sentence: sentence, Expected: "the migrations of deploy 1 add total_quantity bigint to reservations", Seen: seen,
		Why: "Migrations come before the code: the release that writes the column needs it in its first request.",
	}
}
