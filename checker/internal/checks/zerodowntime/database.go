package zerodowntime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"shop/platform/migration"

	"stagecraft/checker/internal/check"
)

const (
	folder = "inventory/db/migrations"
	// created is the migration of the first release, which is applied everywhere.
	created = "20260105090000_create_inventory.sql"
	// Names from one of these up to the next belong to a deploy.
	firstExpand, firstContract, firstLater = "20260501", "20260520", "20260601"
)

// file is a migration.
type file struct{ name, sql string }

// deploys are the learner's migrations, by deploy. Those of later topics come after the third.
type deploys struct{ expand, contract, later []file }

func readDeploys(t *check.T) (d deploys) {
	for _, f := range readFiles(t, t.Dir()) {
		switch {
		case f.name < firstExpand:
		case f.name < firstContract:
			d.expand = append(d.expand, f)
		case f.name < firstLater:
			d.contract = append(d.contract, f)
		default:
			d.later = append(d.later, f)
		}
	}
	return d
}

// readFiles returns the migrations of inventory in the order of their names.
func readFiles(t *check.T, stage string) (all []file) {
	names, err := filepath.Glob(filepath.Join(stage, filepath.FromSlash(folder), "*.sql"))
	t.Ours("list the migrations", err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		t.Ours("read a migration", err)
		all = append(all, file{filepath.Base(name), strings.ReplaceAll(string(text), "\r\n", "\n")})
	}
	return all
}

// database is the check's own, as the release before the column left it.
type database struct {
	t       *check.T
	address string
	conn    *pgx.Conn
}

// openDatabase returns a database with the tables of the first release, filled by these statements.
func openDatabase(t *check.T, fill ...string) *database {
	d := &database{t: t, address: t.Lease().Databases[check.Scratch]}
	d.conn = d.connect()
	first, err := os.ReadFile(filepath.Join(t.Root(), "stage1-mvp", filepath.FromSlash(folder), created))
	t.Ours("read the first migration", err)
	d.must("create the tables", string(first))
	for _, statement := range fill {
		d.must("fill the tables", statement)
	}
	return d
}

func (d *database) connect() *pgx.Conn {
	conn, err := pgx.Connect(d.t.Context(), d.address)
	d.t.Ours("connect to the database", err)
	d.t.Cleanup(func(ctx context.Context) { _ = conn.Close(ctx) })
	return conn
}

// must runs statements of the checker.
func (d *database) must(doing, sql string) {
	d.t.Ours(doing, execute(d.t.Context(), d.conn, sql))
}

// number returns the result of a query of the checker.
func (d *database) number(sql string, args ...any) (n int64) {
	d.t.Ours("query the database", d.conn.QueryRow(d.t.Context(), sql, args...).Scan(&n))
	return n
}

// text is number for a text.
func (d *database) text(sql string, args ...any) (s string) {
	d.t.Ours("query the database", d.conn.QueryRow(d.t.Context(), sql, args...).Scan(&s))
	return s
}

// apply applies a migration as compose/migrate.sh does, on a connection of its own.
func (d *database) apply(f file) error {
	conn, err := pgx.Connect(d.t.Context(), d.address)
	d.t.Ours("connect to the database", err)
	defer conn.Close(context.WithoutCancel(d.t.Context())) //nolint:errcheck // nothing is left to do
	if migration.InTransaction(f.sql) {
		return execute(d.t.Context(), conn, "BEGIN;\n"+f.sql+"\n;COMMIT")
	}
	for _, statement := range migration.Statements(f.sql) {
		if err := execute(d.t.Context(), conn, statement); err != nil {
			return err
		}
	}
	return nil
}

// execute runs one or more statements without parameters.
func execute(ctx context.Context, conn *pgx.Conn, sql string) error {
	_, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	return err
}

// described is an error of PostgreSQL in one line.
func described(err error) string {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return err.Error()
	}
	text := fmt.Sprintf("%s (SQLSTATE %s)", refused.Message, refused.Code)
	if refused.Hint != "" {
		text += "; " + refused.Hint
	}
	return text
}

// column is reservations.total_quantity as the catalogue has it.
type column struct {
	exists          bool
	kind, fallback  string
	required        bool
	checks, indexes int64
	triggers        int64
	filled, rows    int64
}

func (d *database) column() (c column) {
	t := d.t
	err := d.conn.QueryRow(t.Context(), `SELECT format_type(a.atttypid, a.atttypmod), coalesce(pg_get_expr(f.adbin, f.adrelid), ''), a.attnotnull
		FROM pg_attribute AS a LEFT JOIN pg_attrdef AS f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
		WHERE a.attrelid = 'reservations'::regclass AND a.attname = 'total_quantity' AND NOT a.attisdropped`).Scan(&c.kind, &c.fallback, &c.required)
	if errors.Is(err, pgx.ErrNoRows) {
		return column{}
	}
	t.Ours("look at the column", err)
	c.exists = true
	c.checks = d.number(`SELECT count(*) FROM pg_constraint WHERE conrelid = 'reservations'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%total_quantity%'`)
	c.indexes = d.number(`SELECT count(*) FROM pg_index WHERE indrelid = 'reservations'::regclass AND indisvalid AND pg_get_indexdef(indexrelid) LIKE '%total_quantity%'`)
	c.triggers = d.number(`SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('reservations'::regclass, 'reservation_items'::regclass) AND NOT tgisinternal`)
	c.filled = d.number("SELECT count(total_quantity) FROM reservations")
	c.rows = d.number("SELECT count(*) FROM reservations")
	return c
}

func (c column) String() string {
	if !c.exists {
		return "reservations has no column total_quantity"
	}
	null, fallback := "may be NULL", "no default"
	if c.required {
		null = "NOT NULL"
	}
	if c.fallback != "" {
		fallback = "default " + c.fallback
	}
	return fmt.Sprintf("%s, %s, %s; %d of %d rows have a value", c.kind, null, fallback, c.filled, c.rows)
}
