package migrations

import (
	"fmt"

	"stagecraft/checker/internal/check"
)

func applies(t *check.T, v verdict) {
	v.mustApply(t)
	if migration, f := v.first(invalidIndex); migration != "" {
		t.Fail(check.Failure{
			ID: invalidIndex, Sentence: migration + " leaves an index that no query uses",
			Expected: "an index that is valid after a first attempt was interrupted, and the file was applied again", Seen: f.Detail,
			Why: "CONCURRENTLY that is interrupted leaves an invalid index. It costs every write and serves no read, and nothing reports it.",
		})
	}
}

// mustApply fails the check if a migration failed: those after it were not judged.
func (v verdict) mustApply(t *check.T) {
	if migration, f := v.first(fails); migration != "" {
		t.Fail(check.Failure{
			ID: fails, Sentence: migration + " does not apply to a filled database", Expected: "it applies to tables with rows; a file without a " +
				"transaction also when a first attempt was interrupted", Seen: f.Detail,
			Why: "On an empty database everything applies. In production the deploy stops here, with the migrations before it applied.",
		})
	}
}

func locks(t *check.T, v verdict) {
	for _, problem := range []struct{ kind, sentence, expected, why string }{
		{
			"locked", "%s makes clients wait while it reads rows", "no more than 10,000 rows are read or changed under a lock that keeps clients waiting",
			"The lock is held until the transaction ends, and the time grows with the table: seconds here, minutes in production.",
		},
		{
			"rewrite", "%s writes a whole table again", "tables keep their file: only the catalogue changes",
			"Readers and writers wait for as long as it takes to copy all rows and build all indexes.",
		},
		{
			"rows", "%s changes all rows in one transaction", "migrations change the schema; a program changes rows, in batches",
			"Each row stays locked until the end, and everything starts from scratch when it fails.",
		},
		{
			"no-lock-timeout", "%s waits for a busy table without limit", "it gives up within 3 s when another transaction has the table",
			"A lock request that waits blocks all that come after it: one long report is enough to stop the shop.",
		},
		{
			"held", "%s holds a lock for long", "locks that clients wait for are held for less than " + held,
			"Clients wait until the transaction ends.",
		},
	} {
		if migration, f := v.first(problem.kind); migration != "" {
			t.Fail(check.Failure{
				ID: problem.kind, Sentence: fmt.Sprintf(problem.sentence, migration), Expected: problem.expected, Seen: f.Detail, Why: problem.why,
			})
		}
	}
	v.mustApply(t)
}

func oldRelease(t *check.T, v verdict) {
	if migration, f := v.first(breaksOld); migration != "" {
		t.Fail(check.Failure{
			ID: "breaks", Sentence: "after " + migration + " the release before fails", Expected: "each of its statements works as before", Seen: f.Detail,
			Why: "Migrations come first, then the code, pod by pod. Until the last pod is replaced, and after a rollback, the old code meets the new table.",
		})
	}
	v.mustApply(t)
	t.True(v.schema.cancelled == rows/10, check.Failure{
		ID: "values", Sentence: "the release before does not find the codes of cancelled orders any more",
		Expected: fmt.Sprintf("cancel_code is set in %d orders, as before", rows/10), Seen: fmt.Sprintf("it is set in %d", v.schema.cancelled),
		Why: "The statements work, and their answers are wrong: worse than an error, because no alert fires.",
	})
}
