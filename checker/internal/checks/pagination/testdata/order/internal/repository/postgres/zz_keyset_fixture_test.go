package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/db"
	"shop/order/internal/query"
)

const (
	zzkStuck = 15 * time.Second
	zzkAnn   = "aaaaaaaa-0000-4000-8000-000000000000"
	zzkBob   = "bbbbbbbb-0000-4000-8000-000000000000"
)

// zzkNoon has microseconds, as the database stores them.
var zzkNoon = time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC)

// zzkShop is a database of the order service, with the query service under test.
type zzkShop struct {
	t       *testing.T
	orders  *QueryService
	observe *pgx.Conn
	queries *zzkQueries
	// prepared counts the statements that observe has prepared.
	prepared int
}

// zzkNew makes a database and a query service on it, whose connections have these settings.
func zzkNew(t *testing.T, params map[string]string) *zzkShop {
	t.Helper()
	s := &zzkShop{t: t, queries: &zzkQueries{}}
	var err error
	if s.observe, err = pgx.Connect(context.Background(), zzkAddress(t)); err != nil {
		t.Skipf("connect to the database: %v", err)
	}
	t.Cleanup(func() { _ = s.observe.Close(context.Background()) })
	s.exec(`SET synchronous_commit = off`)
	s.migrate()
	settings, err := pgxpool.ParseConfig(zzkAddress(t))
	if err != nil {
		t.Skipf("address of the database: %v", err)
	}
	settings.MaxConns = 4
	settings.ConnConfig.Tracer = s.queries
	settings.ConnConfig.RuntimeParams["timezone"] = "UTC"
	maps.Copy(settings.ConnConfig.RuntimeParams, params)
	pool, err := pgxpool.NewWithConfig(context.Background(), settings)
	if err != nil {
		t.Skipf("make a pool: %v", err)
	}
	t.Cleanup(func() {
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			pool.Close()
		}()
		select { // the pool waits for connections that were not given back
		case <-closed:
		case <-time.After(time.Second):
		}
	})
	s.orders = NewQueryService(pool)
	return s
}

// zzkQueries notes the statements of the pool.
type zzkQueries struct {
	mu   sync.Mutex
	made []zzkStatement
}

type zzkStatement struct {
	sql  string
	args []any
}

// TraceQueryStart implements pgx.QueryTracer.
func (q *zzkQueries) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	q.add(data.SQL, data.Args)
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (q *zzkQueries) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart implements pgx.BatchTracer.
func (q *zzkQueries) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (q *zzkQueries) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	q.add(data.SQL, data.Args)
}

// TraceBatchEnd implements pgx.BatchTracer.
func (q *zzkQueries) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (q *zzkQueries) add(sql string, args []any) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.made = append(q.made, zzkStatement{sql, args})
}

// take returns what was noted since the last call.
func (q *zzkQueries) take() []zzkStatement {
	q.mu.Lock()
	defer q.mu.Unlock()
	made := q.made
	q.made = nil
	return made
}

// migrate applies the migrations of the service.
func (s *zzkShop) migrate() {
	s.t.Helper()
	files, err := fs.Glob(db.Migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		s.t.Skipf("list the migrations: %v", err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(db.Migrations, file)
		if err != nil {
			s.t.Skipf("read a migration: %v", err)
		}
		statements := []string{string(text)}
		if strings.HasPrefix(string(text), "-- atlas:txmode none") { // each statement by itself
			statements = strings.SplitAfter(string(text), ";\n")
		}
		for _, statement := range statements {
			if _, err := s.observe.Exec(context.Background(), statement); err != nil {
				s.t.Skipf("%s: %v", file, err)
			}
		}
	}
}

func (s *zzkShop) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.observe.Exec(context.Background(), sql, args...); err != nil {
		s.t.Skipf("%s: %v", sql, err)
	}
}

// zzkID returns the n-th id in the order of ids.
func zzkID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

// insert stores an order with two items.
func (s *zzkShop) insert(buyer string, n int, at time.Time) string {
	s.t.Helper()
	id := zzkID(n)
	s.exec(`INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at) VALUES ($1, $2, 1, 'EUR', 900, 1, $3, $3)`, id, buyer, at)
	s.exec(`INSERT INTO order_items (order_id, position, sku, quantity, unit_price_minor) VALUES ($1, 0, 'tea', 1, 400), ($1, 1, 'cup', 1, 500)`, id)
	return id
}

// page reads one page.
func (s *zzkShop) page(what, buyer string, after *query.Position, limit int) []query.Order {
	s.t.Helper()
	orders, err := s.call(what, buyer, after, limit, zzkStuck)
	if err != nil {
		zzkFail(s.t, "ordinary", what, "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
	}
	if len(orders) > limit {
		zzkFail(s.t, "limit", what, fmt.Sprintf("at most %d orders", limit), fmt.Sprint(len(orders)), "no client chooses a page without an end")
	}
	return orders
}

// call calls OrdersOf, whose context ends after a time.
func (s *zzkShop) call(what, buyer string, after *query.Position, limit int, end time.Duration) ([]query.Order, error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), end)
	defer cancel()
	type result struct {
		orders []query.Order
		err    error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r.err = fmt.Errorf("panic: %v", p)
			}
			done <- r
		}()
		r.orders, r.err = s.orders.OrdersOf(ctx, buyer, after, limit)
	}()
	select {
	case r := <-done:
		return r.orders, r.err
	case <-time.After(zzkStuck + time.Second):
		zzkFail(s.t, "stuck", what+" does not return", "it returns", fmt.Sprintf("nothing within %s", zzkStuck), "a call that never returns keeps its connection and its callers")
	}
	return nil, nil
}

// position is what a cursor holds of the last order of a page, also after its way through JSON.
func (s *zzkShop) position(order query.Order) *query.Position {
	s.t.Helper()
	text, err := json.Marshal(query.Position{CreatedAt: order.CreatedAt, ID: order.ID})
	if err != nil {
		s.t.Skipf("encode a position: %v", err)
	}
	var position query.Position
	if err := json.Unmarshal(text, &position); err != nil {
		s.t.Skipf("decode a position: %v", err)
	}
	return &position
}

func zzkFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzkAddress is the database that the check has leased.
func zzkAddress(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-pagination-%x", sha256.Sum256([]byte(dir+"#"+path.Base(t.Name()))))))
	if err != nil {
		t.Skipf("address of the database: %v", err)
	}
	return string(text)
}
