package migrationsafety

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// prepare lets a connection of the release before plan its statements, as its connections have when the migration comes.
func prepare(ctx context.Context, conn *pgx.Conn, statements []string) error {
	for i, statement := range statements {
		if err := execute(ctx, conn, fmt.Sprintf("PREPARE released_%d AS %s", i, statement)); err != nil {
			return fmt.Errorf("statement %d of the release before: %w", i+1, err)
		}
	}
	return nil
}

// replay runs the statements in a transaction that is rolled back.
func replay(ctx context.Context, conn *pgx.Conn, statements []string) (failed []Finding, err error) {
	if err := execute(ctx, conn, "BEGIN; SET LOCAL statement_timeout = '5s'"); err != nil {
		return nil, err
	}
	for i, statement := range statements {
		err := errors.Join(execute(ctx, conn, "SAVEPOINT one"), execute(ctx, conn, fmt.Sprintf("EXECUTE released_%d", i)))
		if err != nil {
			failed = append(failed, Finding{Kind: BreaksOld, Detail: fmt.Sprintf("the release before, which still serves, fails: %v\n        %s", err, oneLine(statement))})
			err = execute(ctx, conn, "ROLLBACK TO one")
		}
		if err != nil {
			return failed, err
		}
	}
	return failed, execute(ctx, conn, "ROLLBACK")
}

func oneLine(sql string) string { return strings.Join(strings.Fields(sql), " ") }
