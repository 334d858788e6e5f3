package migrationsafety

import (
	"context"
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

// replay runs the statements in a transaction that is rolled back, and returns the errors of those that fail.
func replay(ctx context.Context, conn *pgx.Conn, statements []string) (failed map[string]error, err error) {
	failed = map[string]error{}
	if err := execute(ctx, conn, "BEGIN; SET LOCAL statement_timeout = '5s'"); err != nil {
		return nil, err
	}
	for i, statement := range statements {
		if err := execute(ctx, conn, "SAVEPOINT one"); err != nil {
			return nil, err
		}
		if err := execute(ctx, conn, fmt.Sprintf("EXECUTE released_%d", i)); err != nil {
			failed[statement] = err
			if err := execute(ctx, conn, "ROLLBACK TO one"); err != nil {
				return nil, err
			}
		}
	}
	return failed, execute(ctx, conn, "ROLLBACK")
}

func oneLine(sql string) string { return strings.Join(strings.Fields(sql), " ") }
