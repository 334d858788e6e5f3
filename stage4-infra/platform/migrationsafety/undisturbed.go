package migrationsafety

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// strength orders the modes that clients notice. All of them make writers wait, the last one readers too.
var strength = []string{"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"}

// undisturbed applies the migration for good and reports locks, work and rewrites.
func (j *judge) undisturbed(ctx context.Context, step Step, before []table, result *Result) error {
	conn, end, err := j.connect(ctx)
	if err != nil {
		return err
	}
	defer end()
	o := &observer{conn: conn, tables: before, limits: j.limits, held: map[uint32]*held{}}
	started := time.Now()
	err = (&application{conn: conn, began: o.began, executed: o.executed, ended: o.ended}).run(ctx, step.SQL)
	result.Took, result.Locks = time.Since(started), o.locks
	result.Findings = append(result.Findings, o.findings...)
	if err != nil {
		result.Findings = append(result.Findings, Finding{Kind: Fails, Detail: "on the filled database: " + err.Error()})
		return ctx.Err()
	}
	after, err := tables(ctx, j.db)
	if err != nil {
		return err
	}
	for _, t := range before {
		i := slices.IndexFunc(after, func(a table) bool { return a.oid == t.oid })
		if i < 0 || after[i].filenode == t.filenode {
			continue
		}
		// That rows were read meanwhile is part of it.
		result.Findings = slices.DeleteFunc(result.Findings, func(f Finding) bool { return f.Table == t.name && (f.Kind == WorksLocked || f.Kind == HeldLong) })
		result.Findings = append(result.Findings, Finding{Rewrites, t.name, t.name + " is written again, row by row, while readers and writers wait"})
	}
	invalid, err := invalidIndexes(ctx, j.db)
	if err != nil {
		return err
	}
	for _, index := range invalid {
		result.Findings = append(result.Findings, Finding{Kind: InvalidIndex, Detail: fmt.Sprintf("after a failed attempt and a second one, %s is invalid: "+
			"no query uses it; drop it with DROP INDEX CONCURRENTLY IF EXISTS before it is created", index)})
	}
	return nil
}

type held struct {
	table table
	mode  string
	since time.Time
	work  int64
}

// observer looks at each statement of a migration from within its transaction.
type observer struct {
	conn     *pgx.Conn
	tables   []table
	limits   Limits
	held     map[uint32]*held // by table, in the present transaction
	last     work             // until the last statement
	first    work             // until the beginning of the transaction
	at       time.Time        // of the end of the last statement
	locks    []Lock
	findings []Finding
}

func (o *observer) began(ctx context.Context) (err error) {
	clear(o.held)
	o.at = time.Now()
	o.last, err = workOf(ctx, o.conn, o.tables)
	o.first = o.last
	return err
}

func (o *observer) executed(ctx context.Context) error {
	now, err := workOf(ctx, o.conn, o.tables)
	if err != nil {
		return err
	}
	rows, err := o.conn.Query(ctx, `SELECT relation, mode FROM pg_locks
		WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted AND mode = ANY ($1)`, strength)
	if err != nil {
		return fmt.Errorf("read the locks: %w", err)
	}
	var oid uint32
	var mode string
	if _, err := pgx.ForEachRow(rows, []any{&oid, &mode}, func() error {
		i := slices.IndexFunc(o.tables, func(t table) bool { return t.oid == oid })
		if i < 0 {
			return nil
		}
		h := o.held[oid]
		if h == nil {
			h = &held{table: o.tables[i], mode: mode, since: o.at}
			o.held[oid] = h
		}
		if slices.Index(strength, mode) > slices.Index(strength, h.mode) {
			h.mode = mode
		}
		return nil
	}); err != nil {
		return fmt.Errorf("read the locks: %w", err)
	}
	for _, h := range o.held {
		h.work += now.all() - o.last.all()
	}
	o.last, o.at = now, time.Now()
	return nil
}

func (o *observer) ended(context.Context) error {
	for _, t := range o.tables {
		if h := o.held[t.oid]; h != nil {
			o.judge(h)
		}
		if n := o.last.changed[t.oid] - o.first.changed[t.oid]; n > o.limits.Work {
			o.findings = append(o.findings, Finding{ChangesRows, t.name, fmt.Sprintf("%d rows of %s are changed in one transaction, and stay "+
				"locked until it ends; fill them with a program, in batches", n, t.name)})
		}
	}
	return nil
}

func (o *observer) judge(h *held) {
	lock := Lock{h.table.name, h.mode, time.Since(h.since)}
	o.locks = append(o.locks, lock)
	clients := "writers wait"
	if h.mode == "AccessExclusiveLock" {
		clients = "readers and writers wait"
	}
	switch {
	case h.work > o.limits.Work:
		o.findings = append(o.findings, Finding{WorksLocked, h.table.name, fmt.Sprintf("%d rows are read or changed under %s of %s; %s meanwhile, and longer with more rows",
			h.work, h.mode, h.table.name, clients)})
	case lock.Held > o.limits.Held:
		o.findings = append(o.findings, Finding{HeldLong, h.table.name, fmt.Sprintf("%s of %s is held for %s; %s meanwhile", h.mode, h.table.name, short(lock.Held), clients)})
	}
}

// work counts rows of the tables that were there before the migration.
type work struct {
	read    int64
	changed map[uint32]int64 // updated or deleted, by table
	written int64
}

func (w work) all() int64 { return w.read + w.written }

func workOf(ctx context.Context, conn *pgx.Conn, tables []table) (work, error) {
	w := work{changed: map[uint32]int64{}}
	rows, err := conn.Query(ctx, `SELECT relid, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0), n_tup_upd + n_tup_del, n_tup_ins
		FROM pg_stat_xact_user_tables`)
	if err != nil {
		return w, fmt.Errorf("read the statistics: %w", err)
	}
	var oid uint32
	var read, changed, inserted int64
	_, err = pgx.ForEachRow(rows, []any{&oid, &read, &changed, &inserted}, func() error {
		if slices.ContainsFunc(tables, func(t table) bool { return t.oid == oid }) {
			w.read += read
			w.written += changed + inserted
			w.changed[oid] = changed
		}
		return nil
	})
	return w, err
}

type table struct {
	oid      uint32
	filenode uint32 // changes when the table is rewritten
	name     string
	quoted   string
}

func tables(ctx context.Context, conn *pgx.Conn) ([]table, error) {
	rows, err := conn.Query(ctx, `SELECT oid, coalesce(pg_relation_filenode(oid), 0), relname::text, oid::regclass::text FROM pg_class
		WHERE relkind IN ('r', 'p') AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg\_%' OR nspname = 'information_schema')
		ORDER BY relname`)
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t table, err error) {
		return t, row.Scan(&t.oid, &t.filenode, &t.name, &t.quoted)
	})
}

func invalidIndexes(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
	if err != nil {
		return nil, fmt.Errorf("list invalid indexes: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
