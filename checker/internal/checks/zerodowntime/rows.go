package zerodowntime

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
)

// special are statements that make the reservations which a wrong statement forgets or miscounts.
func special() []string {
	return []string{
		"UPDATE reservations SET status = 2 WHERE id::text LIKE '%1'; UPDATE reservations SET status = 3 WHERE id::text LIKE '%2'",
		oneRow("ffffffff-ffff-ffff-ffff-ffffffffffff", "('cup', 7)"),
		oneRow("20000000-0000-4000-8000-000000000002", "('cup', 2000000000), ('pot', 2000000000), ('tea', 2000000000)"),
		oneRow("20000000-0000-4000-8000-000000000003", ""),
		"UPDATE reservations SET total_quantity = 9 WHERE id::text LIKE '10000000%0'",
	}
}

// oneRow is a statement that makes a held reservation with these items, without a total.
func oneRow(id, items string) string {
	sql := fmt.Sprintf(`INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at)
		VALUES ('%s', gen_random_uuid(), gen_random_uuid(), 1, now(), now());`, id)
	if items != "" {
		sql += fmt.Sprintf("INSERT INTO reservation_items (reservation_id, sku, quantity) SELECT '%s', sku, quantity FROM (VALUES %s) AS i (sku, quantity)", id, items)
	}
	return sql
}

// hold locks a row as a request does that has not ended yet.
func (d *database) hold(id string) *pgx.Conn {
	request := d.connect()
	d.t.Ours("lock a row", execute(d.t.Context(), request, "BEGIN; SELECT FROM reservations WHERE id = '"+id+"' FOR UPDATE"))
	return request
}

// meets waits until the backfill waits for the locked row, has done all others, or has ended.
func (d *database) meets(c *check.Command) {
	d.t.Eventually("the backfill comes to the locked row", patience, func(context.Context) (string, bool) {
		left := d.number("SELECT count(*) FROM reservations WHERE total_quantity IS NULL")
		return fmt.Sprintf("%d rows are left", left), left == 1 || ended(c) || d.others("wait_event_type = 'Lock'") > 0
	})
}

func exact(t *check.T) {
	const n, batch, locked = 600, 100, "10000000-0000-4000-8000-000000000355"
	d := openDatabase(t, append(inOrder(n), special()...)...)
	others := "SELECT md5(string_agg((r.id, saga_id, order_id, status, version, created_at, updated_at)::text, ',' ORDER BY r.id)) FROM reservations AS r WHERE id <> '" + locked + "'"
	before := d.text(others)
	d.must("remember the rows", remember)
	t.Step("lock a reservation, as a request does, and start the backfill with batches of %d", batch)
	request := d.hold(locked)
	c := d.startBackfill(batch, time.Millisecond)
	d.meets(c)
	t.Step("count the rows that it keeps locked while it waits")
	d.locksFew(batch, n)
	t.Step("the request changes the reservation and commits")
	t.Ours("commit", execute(t.Context(), request, "UPDATE reservations SET status = 2, version = version + 1, updated_at = now() WHERE id = '"+locked+"'; COMMIT"))
	if code, said := d.ends(c, "the backfill ends"); code == 0 {
		left := d.number("SELECT count(*) FROM reservations WHERE total_quantity IS NULL")
		t.True(left == 0, check.Failure{
			ID: "left", Sentence: "the backfill reports success and has left rows out", Expected: "exit code 0 only when no row is left without a total",
			Seen: fmt.Sprintf("exit code 0, and %d rows are left, among them: %s", left, d.example("total_quantity IS NULL")),
			Why:  "A row that is locked, or has no items, or is at the end, must be filled as well.",
		})
	} else {
		t.Log("the backfill has ended with %d: %s", code, said)
		d.completes(batch, "in a second run, after a row was locked in the first")
	}
	t.Step("compare each row")
	d.right()
	t.True(d.text(others) == before, check.Failure{
		ID: "other-columns", Sentence: "the backfill has changed more than the total", Expected: "all other columns as they were", Seen: "another column has changed",
		Why: "A request that has loaded the old version fails, and reports show changes that never happened.",
	})
	status := d.number("SELECT status FROM reservations WHERE id = '" + locked + "'")
	t.True(status == 2, check.Failure{
		ID: "lost-update", Sentence: "the backfill has undone what a request changed meanwhile", Expected: "the reservation is released, as the request left it",
		Seen: fmt.Sprintf("its status is %d", status), Why: "A value that is read first and written later undoes what came in between. One statement does not.",
	})
	d.unchanged("that meets rows with a total")
}

// right fails the check unless each total is the sum of its items.
func (d *database) right() {
	wrong := d.wrong()
	d.t.True(wrong == 0, check.Failure{
		ID: "wrong", Sentence: "a total is not the sum of the items of its reservation", Expected: "the sum of quantity over its items, and 0 without items",
		Seen: fmt.Sprintf("%d rows are wrong, among them: %s", wrong, d.example(`total_quantity IS DISTINCT FROM
			(SELECT coalesce(sum(quantity), 0) FROM reservation_items AS i WHERE i.reservation_id = r.id)`)),
		Why: "The next release trusts this number.",
	})
}

// example describes one row.
func (d *database) example(condition string) string {
	return d.text(fmt.Sprintf(`SELECT coalesce((SELECT format('total_quantity %%s, %%s items with %%s pieces, status %%s', coalesce(total_quantity::text, 'NULL'),
		(SELECT count(*) FROM reservation_items AS i WHERE i.reservation_id = r.id),
		(SELECT coalesce(sum(quantity), 0) FROM reservation_items AS i WHERE i.reservation_id = r.id), status)
		FROM reservations AS r WHERE %s ORDER BY id LIMIT 1), 'none')`, condition))
}

// locksFew fails the check when more rows are locked than a batch and the one that a request has locked.
func (d *database) locksFew(batch, all int64) {
	t := d.t
	probe := d.connect()
	t.Ours("limit the wait for locks", execute(t.Context(), probe, "SET lock_timeout = '1s'; BEGIN"))
	var free int64
	err := execute(t.Context(), probe, "LOCK TABLE reservations IN ROW EXCLUSIVE MODE")
	if err == nil {
		err = probe.QueryRow(t.Context(), `SELECT count(*) FROM (SELECT FROM reservations WHERE id::text LIKE '10000000%' FOR UPDATE SKIP LOCKED) AS free`).Scan(&free)
	}
	t.Ours("end the count", execute(t.Context(), probe, "ROLLBACK"))
	seen := fmt.Sprintf("%d rows are locked", all-free)
	if err != nil {
		seen = "the table is locked: " + described(err)
	}
	t.True(err == nil && all-free <= batch+1, check.Failure{
		ID: "locks", Sentence: "the backfill locks more than one batch", Expected: fmt.Sprintf("at most the %d rows of a batch are locked at once", batch), Seen: seen,
		Why: "It may have to wait for a row. Meanwhile the customers of all rows that it has locked wait too.",
	})
}

func resumes(t *check.T) {
	const n, batch, locked = 2500, 500, "10000000-0000-4000-8000-000000001250"
	d := openDatabase(t, inOrder(n)...)
	t.Step("lock a reservation in the middle, and start the backfill with batches of %d", batch)
	request := d.hold(locked)
	c := d.startBackfill(batch, time.Millisecond)
	d.meets(c)
	t.Step("kill it")
	c.Kill()
	t.Ours("unlock the row", execute(t.Context(), request, "ROLLBACK"))
	t.Eventually("the server has ended the session of the killed process", patience, func(context.Context) (string, bool) {
		n := d.others("state IS DISTINCT FROM 'idle'")
		return fmt.Sprintf("%d sessions are at work", n), n == 0
	})
	done := d.number("SELECT count(total_quantity) FROM reservations")
	t.True(done >= batch, check.Failure{
		ID: "nothing-kept", Sentence: "a backfill that was killed has lost all its work", Expected: "the batches before the one in progress are committed",
		Seen: fmt.Sprintf("%d of %d rows are filled, and it was killed in the middle", done, n), Why: "On a large table a run is interrupted more often than it ends.",
	})
	d.must("remember the rows", remember)
	t.Step("the release before writes a row with a small id; run the backfill again")
	d.must("write as the release before", oneRow("00000000-0000-4000-8000-000000000001", "('cup', 3)"))
	d.completes(batch, "after it was killed")
	d.right()
	d.unchanged("after it was killed")
	t.Step("run it once more: nothing is left")
	d.must("remember the rows", "DELETE FROM kept; INSERT INTO kept SELECT id, xmin::text FROM reservations")
	d.completes(batch, "when nothing is left")
	d.unchanged("when nothing is left")
}

// unchanged fails the check when a row of the table kept was written.
func (d *database) unchanged(when string) {
	n := d.number("SELECT count(*) FROM kept JOIN reservations AS r USING (id) WHERE r.xmin::text <> x")
	d.t.True(n == 0, check.Failure{
		ID: "again", Sentence: "the backfill writes rows that have a total already", Expected: "a run " + when + " does what is left", Seen: fmt.Sprintf("%d rows were written again", n),
		Why: "Each write costs, and locks a row that a customer may need. A backfill that starts from scratch each time never ends on a large table.",
	})
}
