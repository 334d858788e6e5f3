package zerodowntime

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"time"

	"stagecraft/checker/internal/check"
)

// remember keeps the version of each filled row in the table kept: xmin changes when the row is written again.
const remember = "CREATE TEMP TABLE kept AS SELECT id, xmin::text AS x FROM reservations WHERE total_quantity IS NOT NULL"

// addColumn is what the checks of the backfill use in place of the learner's deploy 1.
const addColumn = `ALTER TABLE reservations ADD COLUMN total_quantity bigint;
	CREATE INDEX reservations_without_total ON reservations (id) WHERE total_quantity IS NULL`

// inOrder are statements that make n held reservations with two items each, whose ids rise with their place in the table. The nth id ends
// with n.
func inOrder(n int) []string {
	return []string{
		fmt.Sprintf(`INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at)
			SELECT ('10000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, gen_random_uuid(), gen_random_uuid(), 1, now(), now()
			FROM generate_series(1, %d) AS n ORDER BY n`, n),
		`INSERT INTO reservation_items (reservation_id, sku, quantity) SELECT id, sku, length(sku) FROM reservations, (VALUES ('cup'), ('teapot')) AS s (sku)`,
		addColumn, "ANALYZE",
	}
}

// startBackfill starts the learner's program.
func (d *database) startBackfill(batch int, pause time.Duration) *check.Command {
	return d.t.Command("backfill", map[string]string{
		"DATABASE_URL": d.address, "SERVICE_ENV": "dev", "BACKFILL_PAUSE": pause.String(), "BACKFILL_BATCH": fmt.Sprint(batch),
	}).Start()
}

// ends waits until the program has ended, and returns its exit code and its last words.
func (d *database) ends(c *check.Command, what string) (code int, said string) {
	d.t.Eventually(what, patience, func(context.Context) (string, bool) {
		return "it is still running", ended(c)
	})
	code, out, errs := c.Result()
	lines := strings.Split(strings.TrimSpace(out+errs), "\n")
	return code, lines[len(lines)-1]
}

func ended(c *check.Command) bool {
	select {
	case <-c.Ended():
		return true
	default:
		return false
	}
}

// completes runs the program to its end, and fails the check unless it says that everything is filled.
func (d *database) completes(batch int, when string) {
	code, said := d.ends(d.startBackfill(batch, time.Millisecond), "the backfill ends "+when)
	d.t.True(code == 0, check.Failure{
		ID: "exit", Sentence: "the backfill does not end well " + when, Expected: "exit code 0", Seen: fmt.Sprintf("exit code %d: %s", code, said),
		Why: "The next step of the deploy waits for the exit code.",
	})
	left := d.number("SELECT count(*) FROM reservations WHERE total_quantity IS NULL")
	d.t.True(left == 0, check.Failure{
		ID: "left", Sentence: "the backfill ended " + when + " and has not filled all rows", Expected: "exit code 0 only when no row is left without a total",
		Seen: fmt.Sprintf("exit code 0, and %d rows are left", left), Why: "Deploy 3 refuses such a table, and no one knows why: the backfill was reported as done.",
	})
}

// filledBy groups filled rows by the transaction that wrote them, and returns how many there are and the size of the largest.
func (d *database) filledBy(which string) (transactions, largest int64) {
	err := d.conn.QueryRow(d.t.Context(), `SELECT count(*), coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM reservations
		WHERE total_quantity IS NOT NULL AND `+which+` GROUP BY xmin) AS one`).Scan(&transactions, &largest)
	d.t.Ours("count the rows of each transaction", err)
	return transactions, largest
}

func batches(t *check.T) {
	const all, batch = 2500, 1000
	d := openDatabase(t, inOrder(all)...)
	t.Step("start the backfill of %d rows with a pause of an hour", all)
	c := d.startBackfill(batch, time.Hour)
	t.Eventually("the first batch is committed", patience, func(ctx context.Context) (string, bool) {
		n := d.number("SELECT count(total_quantity) FROM reservations")
		if n == 0 && ended(c) {
			d.died(c)
		}
		if n == 0 && d.others("state = 'idle in transaction' AND state_change < now() - interval '3 s'") > 0 {
			d.open()
		}
		return fmt.Sprintf("%d rows are filled", n), n > 0
	})
	t.Holds("the backfill pauses after its first batch", 250*time.Millisecond, func(context.Context) (string, bool) {
		transactions, largest := d.filledBy("true")
		t.True(largest <= batch, check.Failure{
			ID: "too-large", Sentence: "the backfill fills more rows in one transaction than BACKFILL_BATCH",
			Expected: fmt.Sprintf("at most %d rows in a transaction", batch), Seen: fmt.Sprintf("%d rows in one", largest),
			Why: "All of them stay locked until the transaction ends, and customers wait whose reservations are among them.",
		})
		t.True(transactions <= 1, check.Failure{
			ID: "no-pause", Sentence: "the backfill does not pause between two batches", Expected: "one batch, then BACKFILL_PAUSE, which is an hour",
			Seen: fmt.Sprintf("%d transactions so far", transactions), Why: "The pause is the time of the database for others, and for its replicas to follow.",
		})
		return "", true
	})
	_, largest := d.filledBy("true")
	if ended(c) {
		code, said := d.ends(c, "the backfill ends")
		t.Fail(check.Failure{
			ID: "left", Sentence: "the backfill ends after its first batch", Expected: "it goes on until no row is left without a total",
			Seen: fmt.Sprintf("%d of %d rows are filled; exit code %d: %s", largest, all, code, said), Why: "Deploy 3 refuses a table that is not filled.",
		})
	}
	t.True(largest == batch, check.Failure{
		ID: "too-small", Sentence: "the first batch is not of BACKFILL_BATCH rows", Expected: fmt.Sprintf("%d rows in one transaction, then a pause of an hour", batch),
		Seen: fmt.Sprintf("%d rows", largest), Why: "With a pause after each, small batches take days, and one row each takes weeks.",
	})
	if !t.Within(2*time.Second, func() bool { return d.others("xact_start IS NOT NULL") == 0 }) {
		d.open()
	}
	d.must("remember the rows", remember)
	stops(t, d, c)
	t.Step("run it again with batches of 300")
	d.completes(300, "after it was stopped")
	d.unchanged("after it was stopped")
	transactions, rest := d.filledBy("id NOT IN (SELECT id FROM kept)")
	t.True(rest <= 300, check.Failure{
		ID: "too-large", Sentence: "the backfill fills more rows in one transaction than BACKFILL_BATCH", Expected: "at most 300 rows in a transaction",
		Seen: fmt.Sprintf("%d rows in one", rest), Why: "The batch size is what an operator turns down when the database is busy.",
	})
	t.True(transactions <= 8, check.Failure{
		ID: "too-small", Sentence: "batches are smaller than BACKFILL_BATCH", Expected: "1,500 rows in 5 batches of 300", Seen: fmt.Sprintf("%d transactions", transactions),
		Why: "With a pause after each, small batches take days.",
	})
}

// stops interrupts the program during its pause.
func stops(t *check.T, d *database, c *check.Command) {
	t.Step("stop it during the pause")
	c.Signal(syscall.SIGTERM)
	t.True(t.Within(5*time.Second, func() bool { return ended(c) }), check.Failure{
		ID: "stop", Sentence: "the backfill does not stop during its pause", Expected: "it ends soon after SIGTERM, not after BACKFILL_PAUSE",
		Seen: "it is still running", Why: "An operator who sees that it does harm must be able to end it.",
	})
	code, said := d.ends(c, "the backfill ends after SIGTERM")
	t.True(code > 0, check.Failure{
		ID: "interrupted", Sentence: "an interrupted backfill reports success", Expected: "an exit code that is not 0: rows are left",
		Seen: fmt.Sprintf("exit code %d: %s", code, said), Why: "The next step of the deploy would start on a table that is not filled.",
	})
}

// others counts the other sessions of the database in some state.
func (d *database) others(state string) int64 {
	return d.number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND " + state)
}

func (d *database) open() {
	d.t.Fail(check.Failure{
		ID: "open", Sentence: "the backfill keeps its transaction open during the pause", Expected: "each batch is committed before the pause",
		Seen: "a transaction that is idle, with its rows locked",
		Why:  "The pause is there for others, and their rows are locked during all of it. VACUUM cannot remove what has died since.",
	})
}

func (d *database) died(c *check.Command) {
	code, said := d.ends(c, "the backfill ends")
	d.t.Fail(check.Failure{
		ID: "died", Sentence: "the backfill ends and has filled nothing", Expected: "it fills rows until none is left", Seen: fmt.Sprintf("exit code %d: %s", code, said),
		Why: "Nothing was in its way.",
	})
}
