package zerodowntime

import (
	"fmt"

	"stagecraft/checker/internal/check"
)

const fillAll = `UPDATE reservations AS r SET total_quantity = (SELECT sum(quantity) FROM reservation_items AS i WHERE i.reservation_id = r.id)
	WHERE total_quantity IS NULL`

func contract(t *check.T) {
	d, files := expanded(t)
	d.must("fill the totals", fillAll)
	t.Step("apply the migrations of deploy 3 to %d reservations, first while another transaction uses them", rows)
	harmless(t, d, files, releaseWritesBoth)
	t.Step("look at the column")
	c := d.column()
	t.True(c.exists && c.kind == "bigint" && c.required, check.Failure{
		ID: "not-required", Sentence: "after deploy 3 a reservation may still be without a total",
		Expected: "total_quantity bigint NOT NULL", Seen: c.String(),
		Why: "The next release reads the column and expects a number in each row. Only the database can promise that.",
	})
	t.True(c.filled == rows && d.wrong() == 0, check.Failure{
		ID: "values", Sentence: "deploy 3 has changed or lost totals", Expected: fmt.Sprintf("the totals of %d rows, as the backfill left them", rows), Seen: c.String(),
		Why: "The backfill has computed them. A migration changes the schema.",
	})
	t.True(c.fallback == "" && c.checks == 0 && c.indexes == 0 && c.triggers == 0, check.Failure{
		ID: "leftovers", Sentence: "after deploy 3 something is left that was only needed on the way",
		Expected: "no default, no check constraint, no index and no trigger for total_quantity: the schema of db/schema/schema.sql",
		Seen:     fmt.Sprintf("%s; check constraints: %d, indexes: %d, triggers: %d", c, c.checks, c.indexes, c.triggers),
		Why:      "What is left costs each write, and the next person does not dare to remove it.",
	})
}

// expanded returns a filled database on which the learner's deploy 1 is done, and the migrations of deploy 3.
func expanded(t *check.T) (*database, []file) {
	all := readDeploys(t)
	t.True(len(all.contract) > 0, check.Failure{
		ID: "no-contract", Sentence: "there is no migration of deploy 3", Expected: "migrations whose names begin with " + firstContract, Seen: "none",
		Why: "Until the database requires the column, each release must be prepared for rows without it.",
	})
	d := openDatabase(t, filledTable(rows)...)
	t.Step("apply the migrations of deploy 1")
	for _, f := range all.expand {
		if err := d.apply(f); err != nil {
			t.Fail(check.Failure{
				ID: "expand", Sentence: f.name + " does not apply to a filled table", Expected: "deploy 1 is done before deploy 3 begins", Seen: described(err),
				Why: "deploy-expand judges deploy 1 alone: begin there.",
			})
		}
	}
	c := d.column()
	t.True(c.exists && c.kind == "bigint" && !c.required && c.fallback == "", check.Failure{
		ID: "expand", Sentence: "deploy 1 does not add a column that may be NULL", Expected: "total_quantity bigint, may be NULL, no default", Seen: c.String(),
		Why: "deploy-expand judges deploy 1 alone: begin there.",
	})
	return d, all.contract
}

// wrong is the number of rows whose total is not the sum of their items.
func (d *database) wrong() int64 {
	return d.number(`SELECT count(*) FROM reservations AS r WHERE total_quantity IS DISTINCT FROM
		(SELECT coalesce(sum(quantity), 0) FROM reservation_items AS i WHERE i.reservation_id = r.id)`)
}

// tooEarly applies deploy 3 while one row of the release before is not filled.
func tooEarly(t *check.T) {
	d, files := expanded(t)
	d.must("fill the totals", fillAll)
	d.must("write as the release before", "BEGIN;"+insertBefore+";"+insertItems+";COMMIT")
	d.must("leave it without a total", "UPDATE reservations SET total_quantity = NULL WHERE id = '00000000-0000-4000-8000-000000000001'")
	before := d.constraints()
	t.Step("apply the migrations of deploy 3 while one reservation has no total")
	refused, why := d.applyFrom(files)
	t.True(why != nil, check.Failure{
		ID: "accepted", Sentence: "deploy 3 is applied although a reservation has no total", Expected: "a migration that fails while a row is not filled",
		Seen: "all migrations were applied; " + d.column().String(), Why: "The release that reads the column is next, and it finds a row without a number.",
	})
	t.Step("write as the release before does")
	d.must("remove the row", "DELETE FROM reservations WHERE id = '00000000-0000-4000-8000-000000000001'")
	err := execute(t.Context(), d.conn, insertBefore)
	after := d.constraints()
	seen := fmt.Sprintf("%s failed: %s", files[refused].name, described(why))
	if err != nil {
		seen += "; then the release before got: " + described(err)
	}
	t.True(err == nil && before == after, check.Failure{
		ID: "half", Sentence: "deploy 3 fails on a table that is not filled, and has changed it before it fails",
		Expected: "the first migration of deploy 3 fails and changes nothing: the release before can still write", Seen: seen,
		Why: "An unfilled row means that an instance of the release before may still serve. From here on, each of its requests fails.",
	})
	t.Step("fill the row, and apply deploy 3 again from the migration that failed")
	d.must("fill the totals", "UPDATE reservations SET total_quantity = 4 WHERE total_quantity IS NULL")
	again, why := d.applyFrom(files[refused:])
	if why != nil {
		t.Fail(check.Failure{
			ID: "stuck", Sentence: "after the backfill deploy 3 cannot be repeated", Expected: "the migration that failed is applied, and all after it",
			Seen: fmt.Sprintf("%s failed: %s", files[refused+again].name, described(why)),
			Why:  "A refused migration is run again when its cause is gone. Repairs by hand in production cause the next incident.",
		})
	}
}

// applyFrom applies migrations until one fails, and returns its index.
func (d *database) applyFrom(files []file) (failed int, err error) {
	for i, f := range files {
		if err := d.apply(f); err != nil {
			return i, err
		}
	}
	return len(files), nil
}

// constraints is what the database demands of a reservation.
func (d *database) constraints() string {
	return d.text(`SELECT coalesce((SELECT string_agg(conname || pg_get_constraintdef(oid), ';' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'reservations'::regclass), '')
		|| (SELECT string_agg(attname || attnotnull, ';' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'reservations'::regclass AND attnum > 0)`)
}
