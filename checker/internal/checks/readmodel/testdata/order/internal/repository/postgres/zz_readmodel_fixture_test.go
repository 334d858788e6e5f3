package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/db"
	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/platform/config"
	"shop/platform/postgres"
)

const zzrStuck = 30 * time.Second

var (
	zzrNoon     = time.Date(2026, 6, 3, 12, 0, 0, 123456000, time.UTC)
	errZZRUndo  = errors.New("the transaction of the caller is rolled back")
	errZZRKill  = errors.New("the rebuild was killed")
	zzrProducts = map[string]string{"tea": "Tea", "cup": "Cup"}
)

// zzrShop is a database of the order service.
type zzrShop struct {
	t          *testing.T
	pool       *pgxpool.Pool
	tx         *postgres.TxManager
	projection *Projection
	lists      *ReadModel
	source     *QueryService
	observe    *pgx.Conn
}

// zzrNew has no order; the empty generation 1 is shown.
func zzrNew(t *testing.T) *zzrShop {
	t.Helper()
	s := &zzrShop{t: t}
	var err error
	if s.observe, err = pgx.Connect(context.Background(), zzrAddress(t)); err != nil {
		t.Skipf("connect to the database: %v", err)
	}
	t.Cleanup(func() { _ = s.observe.Close(context.Background()) })
	s.migrate()
	s.exec(`SET TIME ZONE 'UTC'`)
	s.pool, err = postgres.NewPool(context.Background(), postgres.Config{
		URL: config.Secret(zzrAddress(t)), MaxConns: 10, StatementTimeout: time.Minute, ConnectTimeout: time.Minute, ConnLifetime: time.Hour,
	})
	if err != nil {
		t.Skipf("make a pool: %v", err)
	}
	t.Cleanup(func() {
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			s.pool.Close()
		}()
		select { // the pool waits for connections that were not given back
		case <-closed:
		case <-time.After(time.Second):
		}
	})
	s.tx, s.projection = postgres.NewTxManager(s.pool), NewProjection(s.pool)
	s.lists, s.source = NewReadModel(s.pool), NewQueryService(s.pool)
	return s
}

// migrate applies the migrations of the service.
func (s *zzrShop) migrate() {
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

func (s *zzrShop) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.observe.Exec(context.Background(), sql, args...); err != nil {
		s.t.Skipf("%s: %v", sql, err)
	}
}

// ask returns one text that is committed; "none" if there is no row.
func (s *zzrShop) ask(sql string, args ...any) (text string) {
	s.t.Helper()
	err := s.observe.QueryRow(context.Background(), sql, args...).Scan(&text)
	if errors.Is(err, pgx.ErrNoRows) {
		return "none"
	}
	if err != nil {
		s.t.Skipf("%s: %v", sql, err)
	}
	return text
}

// state sets which generation is shown and which is built; "NULL" for none.
func (s *zzrShop) state(active, building string, latest int) {
	s.t.Helper()
	s.exec(fmt.Sprintf(`UPDATE order_list_state SET active = %s, building = %s, latest = %d`, active, building, latest))
}

// stated returns which generation is shown and which is built.
func (s *zzrShop) stated() string {
	s.t.Helper()
	return s.ask(`SELECT format('shown %s, built %s', coalesce(active::text, 'none'), coalesce(building::text, 'none')) FROM order_list_state`)
}

// row returns the committed row of an order in a generation.
func (s *zzrShop) row(generation int32, order string) string {
	s.t.Helper()
	return s.ask(`SELECT format('buyer %s, %s %s, items %s, created %s, status %s, version %s, updated %s, cancelled %L %L, payment %s', coalesce(buyer_id::text, 'none'),
		coalesce(total_minor::text, 'no total'), coalesce(currency::text, ''),
		coalesce((SELECT string_agg(format('%s x %s at %s', i->>'quantity', i->>'sku', i->>'unit_price'), ' + ') FROM jsonb_array_elements(items) AS i), 'none'),
		coalesce(to_char(created_at, 'HH24:MI:SS.US'), 'none'), status, version, coalesce(to_char(updated_at, 'HH24:MI:SS.US'), 'none'), cancel_code, cancel_reason, payment)
		FROM order_list_view WHERE generation = $1 AND order_id = $2`, generation, order)
}

// writer returns the transaction that has written the row last.
func (s *zzrShop) writer(generation int32, order string) string {
	s.t.Helper()
	return s.ask(`SELECT xmin::text FROM order_list_view WHERE generation = $1 AND order_id = $2`, generation, order)
}

// zzrWant is a row as it should be.
type zzrWant struct {
	created      *query.CreatedOrder
	status       domain.OrderStatus
	version      int64
	at           time.Time
	code, reason string
	payment      query.Payment
}

func (w *zzrWant) add(c query.OrderChange) {
	if w.created == nil {
		w.created = c.Created
	}
	if c.Version > w.version {
		w.status, w.version, w.at = c.Status, c.Version, c.At
	}
	if w.code == "" {
		w.code = c.CancelCode
	}
	if w.reason == "" {
		w.reason = c.CancelReason
	}
	w.payment = max(w.payment, c.Payment)
}

func (w *zzrWant) String() string {
	buyer, total, items, created, updated := "none", "no total ", "none", "none", "none"
	if w.created != nil {
		buyer, total = w.created.BuyerID, fmt.Sprintf("%d %s", w.created.TotalMinor, w.created.Currency)
		created = w.created.At.Format("15:04:05.000000")
		var each []string
		for _, item := range w.created.Items {
			each = append(each, fmt.Sprintf("%d x %s at %d", item.Quantity, item.SKU, item.UnitPrice))
		}
		items = strings.Join(each, " + ")
	}
	if !w.at.IsZero() {
		updated = w.at.Format("15:04:05.000000")
	}
	return fmt.Sprintf("buyer %s, %s, items %s, created %s, status %d, version %d, updated %s, cancelled '%s' '%s', payment %d",
		buyer, total, items, created, w.status, w.version, updated, w.code, w.reason, w.payment)
}

// zzrNamed is a change and what it is called in a failure.
type zzrNamed struct {
	name   string
	change query.OrderChange
}

// zzrEvents returns what can happen to an order, by name.
func zzrEvents(order, buyer string) map[string]query.OrderChange {
	at := func(n int) time.Time { return zzrNoon.Add(time.Duration(n) * time.Second) }
	created := &query.CreatedOrder{
		BuyerID: buyer, Currency: "EUR", TotalMinor: 1300, At: at(1),
		Items: []query.Item{{SKU: "tea", Quantity: 2, UnitPrice: 500}, {SKU: "cup", Quantity: 1, UnitPrice: 300}},
	}
	return map[string]query.OrderChange{
		"created":                  {OrderID: order, Version: 1, Status: domain.StatusPending, At: at(1), Created: created},
		"confirmed":                {OrderID: order, Version: 2, Status: domain.StatusConfirmed, At: at(2)},
		"paid":                     {OrderID: order, Version: 3, Status: domain.StatusPaid, At: at(3)},
		"shipped":                  {OrderID: order, Version: 4, Status: domain.StatusShipped, At: at(4)},
		"cancelled":                {OrderID: order, Version: 4, Status: domain.StatusCancelled, At: at(4), CancelCode: "BUYER_REQUEST", CancelReason: "no more"},
		"cancelled without a code": {OrderID: order, Version: 4, Status: domain.StatusCancelled, At: at(4), CancelReason: "no more"},
		"deducted":                 {OrderID: order, Payment: query.PaymentDeducted},
		"refunded":                 {OrderID: order, Payment: query.PaymentRefunded},
		"the order at version 2":   {OrderID: order, Version: 2, Status: domain.StatusConfirmed, At: at(2), Created: created},
		"the order at version 4": {OrderID: order, Version: 4, Status: domain.StatusCancelled, At: at(4), Created: created, CancelCode: "BUYER_REQUEST",
			CancelReason: "no more", Payment: query.PaymentDeducted},
	}
}

// order stores an order past the repository, at this version: 1 pending, 2 confirmed, 3 paid, 4 cancelled.
func (s *zzrShop) order(id, buyer string, version int, created time.Time) {
	s.t.Helper()
	status := []int{1, 2, 3, 5}[version-1]
	s.exec(`INSERT INTO orders (id, buyer_id, status, currency, total_minor, cancel_code, cancel_reason, version, created_at, updated_at, paid_at)
		VALUES ($1, $2, $3, 'EUR', 1300, $4, $5, $6, $7, $8, $9)`, id, buyer, status, map[bool]string{true: "BUYER_REQUEST"}[version == 4],
		map[bool]string{true: "no more"}[version == 4], version, created, created.Add(time.Duration(version-1)*time.Second),
		map[bool]*time.Time{true: &created}[version >= 3])
	s.exec(`INSERT INTO order_items (order_id, position, sku, quantity, unit_price_minor) VALUES ($1, 0, 'tea', 2, 500), ($1, 1, 'cup', 1, 300)`, id)
}

// advance moves a stored order to this version.
func (s *zzrShop) advance(id string, version int) {
	s.t.Helper()
	s.exec(`UPDATE orders SET version = $2::bigint, status = $3, updated_at = created_at + ($2::bigint - 1) * interval '1 second' WHERE id = $1`, id, version, []int{1, 2, 3, 5}[version-1])
}

// event returns the change that the event of this version of a stored order says.
func (s *zzrShop) event(id string, version int) query.OrderChange {
	s.t.Helper()
	orders, err := s.source.Orders(context.Background(), id)
	if err != nil || len(orders) != 1 {
		s.t.Skipf("read the order: %v", err)
	}
	o := orders[0]
	change := query.OrderChange{OrderID: id, Version: int64(version), At: o.CreatedAt.Add(time.Duration(version-1) * time.Second),
		Status: domain.OrderStatus([]int{1, 2, 3, 5}[version-1])}
	if version == 1 {
		change.Created = &query.CreatedOrder{BuyerID: o.BuyerID, Currency: o.Currency, TotalMinor: o.TotalMinor, Items: o.Items, At: o.CreatedAt}
	}
	return change
}

// page returns a buyer's list, one line for each order.
func (s *zzrShop) page(lists query.Lists, buyer string) []string {
	s.t.Helper()
	var orders []query.Order
	if err := s.call("OrdersOf", func(ctx context.Context) (err error) {
		orders, err = lists.OrdersOf(ctx, buyer, nil, 1000)
		return err
	}); err != nil {
		return []string{fmt.Sprintf("the error %v", err)}
	}
	lines := make([]string, len(orders))
	for i, o := range orders {
		var items []string
		for _, item := range o.Items {
			items = append(items, fmt.Sprintf("%d x %s (%q) at %d", item.Quantity, item.SKU, item.Name, item.UnitPrice))
		}
		lines[i] = fmt.Sprintf("order %s of %s: status %d, version %d, payment %d, %d %s, %s, cancelled '%s' '%s', created %s, updated %s", o.ID[:8], o.BuyerID[:8], o.Status, o.Version, o.Payment,
			o.TotalMinor, o.Currency, strings.Join(items, " + "), o.CancelCode, o.CancelReason, o.CreatedAt.Format("15:04:05.000000"), o.UpdatedAt.Format("15:04:05.000000"))
	}
	return lines
}

// zzrDiffer returns the first place in which two pages differ; "" if they do not.
func zzrDiffer(want, seen []string) (expected, got string) {
	for i := range max(len(want), len(seen)) {
		expected, got = "no more orders", "no more orders"
		if i < len(want) {
			expected = want[i]
		}
		if i < len(seen) {
			got = seen[i]
		}
		if expected != got {
			return fmt.Sprintf("%d orders; number %d is %s", len(want), i+1, expected), fmt.Sprintf("%d orders; number %d is %s", len(seen), i+1, got)
		}
	}
	return "", ""
}

// project applies a change, which must succeed.
func (s *zzrShop) project(change query.OrderChange) {
	s.t.Helper()
	s.must("error", "ProjectOrder", func(ctx context.Context) error { return s.projection.ProjectOrder(ctx, change) })
}

// meanwhile runs first in a transaction that is not committed before second waits for a lock or has returned.
func (s *zzrShop) meanwhile(what string, first, second func(ctx context.Context) error) error {
	s.t.Helper()
	done := make(chan struct{})
	var result error
	s.must("error", what, func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error {
			if err := first(ctx); err != nil {
				return err
			}
			go func() {
				defer close(done)
				result = s.safely(second)
			}()
			s.waiting(1, done)
			return nil
		})
	})
	s.await(what, done)
	return result
}

// undone runs a call in a transaction that is rolled back.
func (s *zzrShop) undone(what string, call func(ctx context.Context) error) {
	s.t.Helper()
	err := s.call(what, func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error {
			if err := call(ctx); err != nil {
				return err
			}
			return errZZRUndo
		})
	})
	if !errors.Is(err, errZZRUndo) {
		zzrFail(s.t, "error", what, "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
	}
}

// waiting waits until so many statements wait for a lock, or done is closed.
func (s *zzrShop) waiting(statements int, done <-chan struct{}) {
	s.t.Helper()
	for until := time.Now().Add(zzrStuck); time.Now().Before(until); {
		n := s.ask(`SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
		select {
		case <-done:
			return
		case <-time.After(5 * time.Millisecond):
		}
		if n >= fmt.Sprint(statements) {
			return
		}
	}
}

func (s *zzrShop) await(what string, done <-chan struct{}) {
	s.t.Helper()
	select {
	case <-done:
	case <-time.After(zzrStuck + 5*time.Second):
		zzrFail(s.t, "stuck", what+": it does not return", "it returns", fmt.Sprintf("nothing within %s", zzrStuck), "a call that never returns keeps its connection and its callers")
	}
}

// must requires that a call succeeds.
func (s *zzrShop) must(failure, what string, call func(ctx context.Context) error) {
	s.t.Helper()
	if err := s.call(what, call); err != nil {
		zzrFail(s.t, failure, what, "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
	}
}

// call runs a call that must return.
func (s *zzrShop) call(what string, call func(ctx context.Context) error) (err error) {
	s.t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = s.safely(call)
	}()
	s.await(what, done)
	return err
}

func (s *zzrShop) safely(call func(ctx context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), zzrStuck)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return call(ctx)
}

func zzrFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func zzrID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// zzrAddress is the database that the check has leased.
func zzrAddress(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-readmodel-%x", sha256.Sum256([]byte(dir+"#"+path.Base(t.Name()))))))
	if err != nil {
		t.Skipf("address of the database: %v", err)
	}
	return string(text)
}
