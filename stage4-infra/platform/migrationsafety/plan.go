// Package migrationsafety judges migrations by what they do to a filled database on which the release before still serves: which locks
// they hold while rows are read, which tables they rewrite, whether they wait without limit, and whether the statements of that release
// still work.
package migrationsafety

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"shop/platform/migration"
)

// A Step is one migration of a service.
type Step struct {
	Name       string
	SQL        string
	New        bool     // to be judged; the others lead to the database that production has
	Fill       string   // fills the tables after the migration, as production has them by then
	Statements []string // of the release that serves while the migration is applied
}

// Plan returns the migrations of a service in the order in which they are applied. stage is the tree with the service's directory.
// released is the tree of the release that serves: what it does not have is new. Without it, all migrations but the first are new.
//
// SERVICE/db/safety has two kinds of files beside the migrations, both named after one. NAME.fill.sql fills the tables after it:
// current_setting('safety.rows') is how many rows a big table gets. NAME.statements.sql are the statements of the release that came with it.
func Plan(stage, released fs.FS, service string) ([]Step, error) {
	names, err := fs.Glob(stage, path.Join(service, "db/migrations/*.sql"))
	if err != nil || len(names) == 0 {
		return nil, errors.Join(fmt.Errorf("%s: no migrations in db/migrations", service), err)
	}
	// A change must not alter the statements that it is judged by.
	texts := stage
	if released != nil {
		if _, err := fs.Stat(released, path.Join(service, "db/safety")); err == nil {
			texts = released
		}
	}
	var (
		steps   []Step
		serving []string // statements of the last release so far
	)
	for i, name := range names {
		sql, err := fs.ReadFile(stage, name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		step := Step{Name: strings.TrimSuffix(path.Base(name), ".sql"), SQL: string(sql), New: i > 0, Statements: serving}
		if released != nil {
			before, err := fs.ReadFile(released, name)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				step.New = true
			case err != nil:
				return nil, fmt.Errorf("read the released migration: %w", err)
			case string(before) != step.SQL:
				return nil, fmt.Errorf("%s was changed after its release; add a new migration instead", name)
			default:
				step.New = false
			}
		}
		if step.Fill, err = optional(texts, path.Join(service, "db/safety", step.Name+".fill.sql")); err != nil {
			return nil, err
		}
		statements, err := optional(texts, path.Join(service, "db/safety", step.Name+".statements.sql"))
		if err != nil {
			return nil, err
		}
		// All that is new is one deploy: the release before serves until its end.
		if statements != "" && (released == nil || !step.New) {
			serving = migration.Statements(statements)
		}
		steps = append(steps, step)
	}
	return steps, nil
}

func optional(tree fs.FS, name string) (string, error) {
	text, err := fs.ReadFile(tree, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}
