package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
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
	"shop/platform/config"
	"shop/platform/postgres"
)

const zzoStuck = 20 * time.Second

var zzoNoon = time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC)

// zzoShop is a database of the order service.
type zzoShop struct {
	t       *testing.T
	pool    *pgxpool.Pool
	tx      *postgres.TxManager
	orders  *OrderRepository
	observe *pgx.Conn
}

func zzoNew(t *testing.T) *zzoShop {
	t.Helper()
	s := &zzoShop{t: t}
	var err error
	if s.observe, err = pgx.Connect(context.Background(), zzoAddress(t)); err != nil {
		t.Skipf("connect to the database: %v", err)
	}
	t.Cleanup(func() { _ = s.observe.Close(context.Background()) })
	s.migrate()
	s.pool, err = postgres.NewPool(context.Background(), postgres.Config{
		URL: config.Secret(zzoAddress(t)), MaxConns: 10, StatementTimeout: time.Minute, ConnectTimeout: time.Minute, ConnLifetime: time.Hour,
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
	s.tx, s.orders = postgres.NewTxManager(s.pool), NewOrderRepository(s.pool)
	return s
}

// migrate applies the migrations of the service.
func (s *zzoShop) migrate() {
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

func (s *zzoShop) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.observe.Exec(context.Background(), sql, args...); err != nil {
		s.t.Skipf("%s: %v", sql, err)
	}
}

// row returns what is committed of an order, and the transaction that wrote it last; "" if there is none.
func (s *zzoShop) row(id string) (status int, version int64, writer string) {
	s.t.Helper()
	rows, err := s.observe.Query(context.Background(), `SELECT status, version, xmin::text FROM orders WHERE id = $1`, id)
	if err != nil {
		s.t.Skipf("read the order: %v", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&status, &version, &writer); err != nil {
			s.t.Skipf("read the order: %v", err)
		}
	}
	return status, version, writer
}

// stored requires what is committed of an order.
func (s *zzoShop) stored(failure, what string, id string, status domain.OrderStatus, version int64, why string) {
	s.t.Helper()
	gotStatus, gotVersion, writer := s.row(id)
	seen := fmt.Sprintf("%s, version %d", domain.OrderStatus(gotStatus), gotVersion)
	if writer == "" {
		seen = "no order"
	}
	if gotStatus != int(status) || gotVersion != version {
		zzoFail(s.t, failure, what, fmt.Sprintf("%s, version %d", status, version), seen, why)
	}
}

func (s *zzoShop) newOrder(skus ...string) *domain.Order {
	s.t.Helper()
	if len(skus) == 0 {
		skus = []string{"tea", "cup"}
	}
	price, err := domain.NewMoney(500, "EUR")
	s.usable(err)
	items := make([]domain.Item, len(skus))
	for i, sku := range skus {
		items[i], err = domain.NewItem(sku, int32(i+2), price)
		s.usable(err)
	}
	order, err := domain.NewOrder(zzoID(), zzoID(), items, zzoNoon)
	s.usable(err)
	return order
}

// create stores a new order, and returns it as it is loaded.
func (s *zzoShop) create() string {
	s.t.Helper()
	order := s.newOrder()
	s.must("ordinary", "the ordinary case does not work yet: Save of a new order", func(ctx context.Context) error { return s.orders.Save(ctx, order) })
	return order.ID()
}

func (s *zzoShop) load(id string) (order *domain.Order) {
	s.t.Helper()
	s.must("ordinary", "the ordinary case does not work yet: Get of an order", func(ctx context.Context) (err error) {
		order, err = s.orders.Get(ctx, id)
		return err
	})
	return order
}

// must requires that a call succeeds.
func (s *zzoShop) must(failure, what string, call func(ctx context.Context) error) {
	s.t.Helper()
	if err := s.call(what, call); err != nil {
		zzoFail(s.t, failure, what, "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
	}
}

// call runs a call that must return.
func (s *zzoShop) call(what string, call func(ctx context.Context) error) error {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), zzoStuck)
	defer cancel()
	result := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				result <- fmt.Errorf("panic: %v", p)
			}
		}()
		result <- call(ctx)
	}()
	select {
	case err := <-result:
		return err
	case <-time.After(zzoStuck + time.Second):
		zzoFail(s.t, "stuck", what+": it does not return", "it returns", fmt.Sprintf("nothing within %s", zzoStuck), "a call that never returns keeps its connection and its callers")
	}
	return nil
}

func (s *zzoShop) usable(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Skipf("the domain of order: %v", err)
	}
}

func zzoFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func zzoID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// zzoAddress is the database that the check has leased.
func zzoAddress(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-repository-%x", sha256.Sum256([]byte(dir+"#"+path.Base(t.Name()))))))
	if err != nil {
		t.Skipf("address of the database: %v", err)
	}
	return string(text)
}
