package zerodowntime

import (
	"fmt"
	"strings"
	"time"

	"shop/platform/migrationsafety"

	"stagecraft/checker/internal/check"
)

// limits of a migration. Times are generous, because the machine may be busy: work under a lock is counted in rows.
var limits = migrationsafety.Limits{Work: 2000, Held: 20 * time.Second, Wait: 4 * time.Second}

// harmless applies migrations, each at first while another transaction uses all tables, and fails the check when one of them makes clients
// wait, breaks the release that serves, or does not apply.
func harmless(t *check.T, d *database, files []file, statements []string) {
	var steps []migrationsafety.Step
	for _, f := range files {
		steps = append(steps, migrationsafety.Step{Name: f.name, SQL: f.sql, New: true, Statements: statements})
	}
	results, err := migrationsafety.Judge(t.Context(), d.address, steps, rows, limits)
	t.Ours("apply the migrations", err)
	for _, one := range effects {
		for _, r := range results {
			for _, f := range r.Findings {
				if f.Kind == one.kind {
					t.Fail(check.Failure{
						ID: string(one.kind), Sentence: fmt.Sprintf(one.sentence, r.Migration), Expected: one.expected,
						Seen: strings.TrimPrefix(f.Detail, "on the filled database: "), Why: one.why,
					})
				}
			}
		}
	}
}

var effects = []struct {
	kind                    migrationsafety.Kind
	sentence, expected, why string
}{
	{
		migrationsafety.WaitsForever, "%s waits for a busy table without limit", "it gives up within 3 s when another transaction uses the table",
		"A lock that is waited for blocks all requests that come after it: one long report is enough to stop the shop.",
	},
	{
		migrationsafety.Rewrites, "%s writes the whole table again", "the table keeps its file: only the catalogue changes",
		"Readers and writers wait for as long as it takes to copy all rows and build all indexes.",
	},
	{
		migrationsafety.WorksLocked, "%s makes clients wait while it reads rows", "no more than 2,000 rows are read or changed under a lock that keeps clients waiting",
		"The lock is held until the transaction ends, and the time grows with the table: milliseconds here, minutes in production.",
	},
	{
		migrationsafety.ChangesRows, "%s changes all rows in one transaction", "migrations change the schema; a program changes rows, in batches",
		"Each row stays locked until the end, and everything starts from scratch when it fails.",
	},
	{
		migrationsafety.HeldLong, "%s holds a lock for long", "locks that clients wait for are held for moments", "Clients wait until the transaction ends.",
	},
	{
		migrationsafety.Fails, "%s does not apply to a filled table", "it applies; a file without a transaction also when a first attempt was interrupted",
		"On an empty table everything applies. In production the deploy stops here, with the migrations before it applied.",
	},
	{
		migrationsafety.InvalidIndex, "%s leaves an index that no query uses", "a valid index after a first attempt was interrupted and the file was applied again",
		"CONCURRENTLY that is interrupted leaves an invalid index. It costs every write and serves no read, and nothing reports it.",
	},
	{
		migrationsafety.BreaksOld, "after %s the release that serves fails", "each of its statements works as before",
		"Migrations come first, then the code, instance by instance. Until the last one is replaced the old code meets the new table.",
	},
}
