package migrationsafety

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// A Kind is a way in which a migration hurts the release that serves.
type Kind string

const (
	Rewrites     Kind = "rewrite"         // a table is written again, while all its clients wait
	WorksLocked  Kind = "locked"          // rows are read or changed while clients of a locked table wait
	HeldLong     Kind = "held"            // a lock that clients wait for is held for too long
	WaitsForever Kind = "no-lock-timeout" // clients queue behind a migration that waits for a busy table
	ChangesRows  Kind = "rows"            // many rows are changed, and locked, in one transaction
	BreaksOld    Kind = "old-release"     // a statement of the release before fails
	Fails        Kind = "fails"           // the migration fails on the filled database
	InvalidIndex Kind = "invalid-index"   // an index is left that no query uses
)

// A Finding is one reason not to apply a migration.
type Finding struct {
	Kind   Kind   `json:"kind"`
	Table  string `json:"table,omitempty"`
	Detail string `json:"detail"`
}

// A Lock is the strongest lock on a table that was there before, other than those that every query takes.
type Lock struct {
	Table string        `json:"table"`
	Mode  string        `json:"mode"`
	Held  time.Duration `json:"held"`
}

// A Result is what one migration did.
type Result struct {
	Migration  string        `json:"migration"`
	Took       time.Duration `json:"took"`
	Locks      []Lock        `json:"locks,omitempty"`
	GaveUp     time.Duration `json:"gave_up,omitempty"` // after which it left a busy table; 0 if it did not have to wait
	Statements int           `json:"statements"`        // of the release before, replayed after it
	Findings   []Finding     `json:"findings,omitempty"`
}

// Write prints the result in lines.
func (r Result) Write(to io.Writer) {
	verdict := "ok  "
	if len(r.Findings) > 0 {
		verdict = "FAIL"
	}
	notes := []string{short(r.Took)}
	if r.GaveUp > 0 {
		notes = append(notes, "gives up on a busy table after "+short(r.GaveUp))
	}
	notes = append(notes, fmt.Sprintf("%d statements of the release before replayed", r.Statements))
	fmt.Fprintf(to, "%s  %s: %s\n", verdict, r.Migration, strings.Join(notes, "; "))
	for _, l := range r.Locks {
		fmt.Fprintf(to, "      %s: %s for %s\n", l.Table, l.Mode, short(l.Held))
	}
	for _, f := range r.Findings {
		fmt.Fprintf(to, "      %s: %s\n", f.Kind, f.Detail)
	}
}

func short(d time.Duration) string { return d.Round(time.Millisecond).String() }
