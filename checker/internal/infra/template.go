package infra

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// template is a migrated database from which leases are cloned, made at most once for the same migrations.
type template struct {
	once sync.Mutex
	done bool
}

type migration struct{ name, sql string }

// readMigrations returns the *.sql files at the top of files in the order of their names.
func readMigrations(files fs.FS) ([]migration, error) {
	if files == nil {
		return nil, nil
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var all []migration
	for _, name := range names {
		sql, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", name, err)
		}
		all = append(all, migration{name, strings.ReplaceAll(string(sql), "\r\n", "\n")})
	}
	return all, nil
}

// template returns the name of a database that has the migrations of spec.
func (a *pgAdmin) template(ctx context.Context, spec DatabaseSpec) (string, error) {
	migrations, err := readMigrations(spec.Migrations)
	if err != nil {
		return "", &MigrationError{Database: spec.Name, File: "*.sql", Cause: err}
	}
	digest := sha256.New()
	fmt.Fprintf(digest, "%q", migrations)
	sum := digest.Sum(nil)
	name := "sct_" + hex.EncodeToString(sum[:8]) + "_" + spec.Name
	a.mu.Lock()
	made := a.templates[name]
	if made == nil {
		made = &template{}
		a.templates[name] = made
	}
	a.mu.Unlock()
	made.once.Lock()
	defer made.once.Unlock()
	if made.done {
		return name, nil
	}
	if err := a.makeTemplate(ctx, name, int32(binary.BigEndian.Uint32(sum)), spec.Name, migrations); err != nil {
		return "", err
	}
	made.done = true
	return name, nil
}

// makeTemplate migrates under another name, so that a template that has its name is complete, whichever checker was killed while making it.
func (a *pgAdmin) makeTemplate(ctx context.Context, name string, lock int32, database string, migrations []migration) error {
	return a.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1::int, $2::int)", int32(lockTemplates), lock); err != nil {
			return err
		}
		defer conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1::int, $2::int)", int32(lockTemplates), lock) //nolint:errcheck // Ends with the session.
		var exists bool
		if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil || exists {
			return err
		}
		making := a.newName("template")
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(making)+" TEMPLATE template1 OWNER "+appRole+" STRATEGY "+cloneStrategy); err != nil {
			return err
		}
		if err := a.migrate(ctx, making, database, migrations); err != nil {
			_, _ = conn.Exec(context.WithoutCancel(ctx), "DROP DATABASE IF EXISTS "+quote(making)+" WITH (FORCE)")
			return err
		}
		// No client may connect to a template: an open connection would keep it from being cloned.
		if _, err := conn.Exec(ctx, "ALTER DATABASE "+quote(making)+" ALLOW_CONNECTIONS false"); err != nil {
			return err
		}
		_, err := conn.Exec(ctx, "ALTER DATABASE "+quote(making)+" RENAME TO "+quote(name))
		return err
	})
}

func (a *pgAdmin) migrate(ctx context.Context, making, database string, migrations []migration) error {
	config := a.pool.Config().ConnConfig.Copy()
	config.Database = making
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck
	if _, err := conn.Exec(ctx, "SET ROLE "+appRole); err != nil {
		return err
	}
	for _, m := range migrations {
		for _, sql := range m.parts() {
			if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
				// The server is in order when it answers with an error of its own about the statement.
				if code := pgCode(err); code != "" && code[:2] != "53" && code[:2] != "57" && code[:2] != "58" {
					return &MigrationError{Database: database, File: m.name, Cause: err}
				}
				return err
			}
		}
	}
	return nil
}

// parts is the whole file, which PostgreSQL runs as one transaction, or its statements when its first line asks for none.
func (m migration) parts() []string {
	if !strings.HasPrefix(m.sql, "-- atlas:txmode none\n") {
		return []string{m.sql}
	}
	var parts []string
	var part strings.Builder
	dollars := 0
	for line := range strings.Lines(m.sql) {
		part.WriteString(line)
		dollars += strings.Count(line, "$$")
		if dollars%2 == 0 && strings.HasSuffix(strings.TrimSpace(line), ";") {
			parts = append(parts, part.String())
			part.Reset()
		}
	}
	if strings.TrimSpace(part.String()) != "" {
		parts = append(parts, part.String())
	}
	return parts
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
