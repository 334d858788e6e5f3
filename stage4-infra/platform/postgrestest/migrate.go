package postgrestest

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/jackc/pgx/v5"

	"shop/platform/migration"
)

// Migrate applies the *.sql files at the top of migrations, or of its folder migrations/, in the order of their names, as compose/migrate.sh
// does. Its error names the file.
func Migrate(ctx context.Context, address string, migrations fs.FS) error {
	files, err := migrationFiles(migrations)
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := fs.ReadFile(migrations, file)
		if err != nil {
			return fmt.Errorf("read migration: %w", err)
		}
		if err := apply(ctx, address, string(text)); err != nil {
			return fmt.Errorf("%s: %w", path.Base(file), err)
		}
	}
	return nil
}

func migrationFiles(migrations fs.FS) ([]string, error) {
	var files []string
	for _, pattern := range []string{"*.sql", "migrations/*.sql"} {
		found, err := fs.Glob(migrations, pattern)
		if err != nil {
			return nil, fmt.Errorf("list migrations: %w", err)
		}
		files = append(files, found...)
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Compare(path.Base(a), path.Base(b)) })
	return files, nil
}

// apply uses a connection of its own for each file, so that session settings do not carry over to the next.
func apply(ctx context.Context, address, text string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if migration.InTransaction(text) {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, text)
			return err
		})
	}
	for i, statement := range migration.Statements(text) {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("statement %d, the statements before it are applied; fix the cause and apply the file again: %w", i+1, err)
		}
	}
	return nil
}
