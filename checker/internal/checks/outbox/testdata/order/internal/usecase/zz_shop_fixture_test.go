package usecase_test

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
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/config"
	"shop/platform/postgres"
)

const zzsStuck = 20 * time.Second

var (
	zzsNow  = time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC)
	errZZS  = errors.New("zz refused")
	errZZS2 = errors.New("zz broken")
)

func zzsClock() time.Time { return zzsNow }

// zzsShop is a database of the order service.
type zzsShop struct {
	t       *testing.T
	address string
	pool    *pgxpool.Pool
	tx      *postgres.TxManager
	observe *pgx.Conn
}

func zzsNew(t *testing.T) *zzsShop {
	t.Helper()
	s := &zzsShop{t: t, address: zzsAddress(t)}
	var err error
	if s.observe, err = pgx.Connect(context.Background(), s.address); err != nil {
		t.Skipf("connect to the database: %v", err)
	}
	t.Cleanup(func() { _ = s.observe.Close(context.Background()) })
	s.migrate()
	s.pool = s.newPool(s.address)
	t.Cleanup(func() { zzsClose(s.pool) })
	s.tx = postgres.NewTxManager(s.pool)
	return s
}

func (s *zzsShop) newPool(address string) *pgxpool.Pool {
	s.t.Helper()
	pool, err := postgres.NewPool(context.Background(), postgres.Config{
		URL: config.Secret(address), MaxConns: 8, StatementTimeout: time.Minute, ConnectTimeout: time.Minute, ConnLifetime: time.Hour,
	})
	if err != nil {
		s.t.Skipf("make a pool: %v", err)
	}
	return pool
}

// zzsClose does not wait for connections that were not given back.
func zzsClose(pool *pgxpool.Pool) {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		pool.Close()
	}()
	select {
	case <-closed:
	case <-time.After(time.Second):
	}
}

// migrate applies the migrations of the service.
func (s *zzsShop) migrate() {
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
			s.exec(statement)
		}
	}
}

func (s *zzsShop) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.observe.Exec(context.Background(), sql, args...); err != nil {
		s.t.Skipf("%s: %v", sql, err)
	}
}

// line returns one text of what is committed.
func (s *zzsShop) line(sql string, args ...any) (text string) {
	s.t.Helper()
	if err := s.observe.QueryRow(context.Background(), sql, args...).Scan(&text); err != nil {
		s.t.Skipf("%s: %v", sql, err)
	}
	return text
}

// call runs a call that must return; a panic is an error.
func (s *zzsShop) call(what string, call func(ctx context.Context) error) error {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), zzsStuck)
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
	case <-time.After(zzsStuck + time.Second):
		zzsFail(s.t, "stuck", what+": it does not return", "it returns", fmt.Sprintf("nothing within %s", zzsStuck), "a call that never returns keeps its connection and its locks")
	}
	return nil
}

// order returns a new order of one item, which is not stored.
func (s *zzsShop) order() *domain.Order {
	s.t.Helper()
	item, err := domain.NewItem("tea", 2, zzsPrice(s.t))
	if err != nil {
		s.t.Skipf("the domain of order: %v", err)
	}
	order, err := domain.NewOrder(zzsID(), zzsID(), []domain.Item{item}, zzsNow)
	if err != nil {
		s.t.Skipf("the domain of order: %v", err)
	}
	return order
}

func zzsPrice(t *testing.T) domain.Money {
	price, err := domain.NewMoney(500, "EUR")
	if err != nil {
		t.Skipf("the domain of order: %v", err)
	}
	return price
}

// zzsCatalogue sells everything at one price.
type zzsCatalogue struct{ price domain.Money }

func (c zzsCatalogue) Products(_ context.Context, skus []string) ([]usecase.Product, error) {
	products := make([]usecase.Product, len(skus))
	for i, sku := range skus {
		products[i] = usecase.Product{SKU: sku, UnitPrice: c.price}
	}
	return products, nil
}

func (zzsCatalogue) Forget(context.Context, ...string) error { return nil }

func zzsRequest(quantity int32) dto.CreateOrder {
	return dto.CreateOrder{BuyerID: zzsID(), IdempotencyKey: zzsID(), Items: []dto.NewItem{{SKU: "tea", Quantity: quantity}}}
}

func zzsFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func zzsID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// zzsAddress is the database that the check has leased.
func zzsAddress(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-outbox-%x", sha256.Sum256([]byte(dir+"#"+path.Base(t.Name()))))))
	if err != nil {
		t.Skipf("address of the database: %v", err)
	}
	return string(text)
}
