package migrationsafety

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"shop/platform/migration"
)

// Limits are what the release that serves can bear.
type Limits struct {
	Work int64         // rows read or changed while clients wait, and rows changed in one transaction
	Held time.Duration // of a lock that clients wait for
	Wait time.Duration // for a lock of a busy table
}

// DefaultLimits suit services whose statements end after 5 seconds.
var DefaultLimits = Limits{Work: 10_000, Held: 2 * time.Second, Wait: 3 * time.Second}

// Judge applies the steps to the empty database at address, fills it, and returns a result for each new step. It stops at a migration that
// fails. An error means that there is no verdict: the database, the fill or the statements do not work.
func Judge(ctx context.Context, address string, steps []Step, rows int, limits Limits) ([]Result, error) {
	db, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	defer db.Close(context.WithoutCancel(ctx))
	if _, err := db.Exec(ctx, "SELECT set_config('safety.rows', $1, false)", fmt.Sprint(rows)); err != nil {
		return nil, fmt.Errorf("set the number of rows: %w", err)
	}
	j := &judge{db: db, address: address, limits: limits, broken: map[string]bool{}}
	var results []Result
	for _, step := range steps {
		if step.New {
			result, err := j.judge(ctx, step)
			if err != nil {
				return results, fmt.Errorf("%s: %w", step.Name, err)
			}
			results = append(results, result)
			if slices.ContainsFunc(result.Findings, func(f Finding) bool { return f.Kind == Fails }) {
				return results, nil
			}
		} else if err := j.apply(ctx, step.SQL); err != nil {
			return results, fmt.Errorf("%s: %w", step.Name, err)
		}
		if err := execute(ctx, db, step.Fill); err != nil {
			return results, fmt.Errorf("%s: fill: %w", step.Name, err)
		}
	}
	return results, nil
}

type judge struct {
	db      *pgx.Conn
	address string
	limits  Limits
	broken  map[string]bool // statements that a new migration has broken, which is reported once
}

func (j *judge) connect(ctx context.Context) (conn *pgx.Conn, end func(), err error) {
	config, err := pgx.ParseConfig(j.address)
	if err != nil {
		return nil, nil, fmt.Errorf("address of the database: %w", err)
	}
	// What parallel workers read does not count for the transaction.
	config.RuntimeParams["max_parallel_maintenance_workers"] = "0"
	config.RuntimeParams["max_parallel_workers_per_gather"] = "0"
	if conn, err = pgx.ConnectConfig(ctx, config); err != nil {
		return nil, nil, fmt.Errorf("connect: %w", err)
	}
	return conn, func() { _ = conn.Close(context.WithoutCancel(ctx)) }, nil
}

func (j *judge) judge(ctx context.Context, step Step) (Result, error) {
	working := slices.DeleteFunc(slices.Clone(step.Statements), func(statement string) bool { return j.broken[statement] })
	result := Result{Migration: step.Name, Statements: len(working)}
	release, end, err := j.connect(ctx)
	if err != nil {
		return result, err
	}
	defer end()
	if err := prepare(ctx, release, working); err != nil {
		return result, err
	}
	failed, err := replay(ctx, release, working)
	if err != nil {
		return result, err
	}
	for statement, cause := range failed {
		return result, fmt.Errorf("a statement of the release before fails already before the migration: %s: %w", oneLine(statement), cause)
	}
	before, err := tables(ctx, j.db)
	if err != nil {
		return result, err
	}
	result.GaveUp, result.Findings, err = j.busy(ctx, step, before)
	if err != nil {
		return result, err
	}
	if err := j.undisturbed(ctx, step, before, &result); err != nil {
		return result, err
	}
	if failed, err = replay(ctx, release, working); err != nil {
		return result, err
	}
	for _, statement := range working {
		if cause, ok := failed[statement]; ok {
			j.broken[statement] = true
			result.Findings = append(result.Findings, Finding{Kind: BreaksOld, Detail: fmt.Sprintf("the release before, which still serves, fails: %v: %s",
				cause, oneLine(statement))})
		}
	}
	return result, nil
}

// apply applies a migration that is not judged.
func (j *judge) apply(ctx context.Context, sql string) error {
	conn, end, err := j.connect(ctx)
	if err != nil {
		return err
	}
	defer end()
	return (&application{conn: conn}).run(ctx, sql)
}

// errEndsTransaction is a migration that is not applied whole or not at all.
var errEndsTransaction = errors.New("ends the transaction in which it is applied; a migration that needs none begins with -- atlas:txmode none")

// application applies a migration as compose/migrate.sh does.
type application struct {
	conn *pgx.Conn
	// Called at the beginning of a transaction, after each statement in it, and after its commit.
	began    func(ctx context.Context) error
	executed func(ctx context.Context) error
	ended    func(ctx context.Context) error
	rollback bool // instead of a commit, where the whole migration is one transaction
}

func (a *application) run(ctx context.Context, sql string) error {
	statements := migration.Statements(sql)
	if migration.InTransaction(sql) {
		return a.transaction(ctx, statements, !a.rollback)
	}
	for _, statement := range statements {
		err := a.transaction(ctx, []string{statement}, true)
		if refused := (*pgconn.PgError)(nil); errors.As(err, &refused) && refused.Code == "25001" { // active_sql_transaction
			err = execute(ctx, a.conn, statement)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *application) transaction(ctx context.Context, statements []string, commit bool) error {
	if err := execute(ctx, a.conn, "BEGIN"); err != nil {
		return err
	}
	defer func() { _ = execute(context.WithoutCancel(ctx), a.conn, "ROLLBACK") }() // a warning after a commit
	if err := call(ctx, a.began); err != nil {
		return err
	}
	for _, statement := range statements {
		if err := execute(ctx, a.conn, statement); err != nil {
			return err
		}
		if a.conn.PgConn().TxStatus() != 'T' {
			return errEndsTransaction
		}
		if err := call(ctx, a.executed); err != nil {
			return err
		}
	}
	if !commit {
		return nil
	}
	if err := execute(ctx, a.conn, "COMMIT"); err != nil {
		return err
	}
	return call(ctx, a.ended)
}

func call(ctx context.Context, f func(context.Context) error) error {
	if f == nil {
		return nil
	}
	return f(ctx)
}

// execute runs one or more statements without parameters.
func execute(ctx context.Context, conn *pgx.Conn, sql string) error {
	_, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	return err
}
