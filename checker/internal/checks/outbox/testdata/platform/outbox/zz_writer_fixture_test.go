package outbox_test

import (
	"context"
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
	"shop/platform/config"
	"shop/platform/messaging"
	"shop/platform/outbox"
	"shop/platform/postgres"
)

const zzwStuck = 20 * time.Second

// zzwNow is the clock of the writer.
var zzwNow = time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC)

var errZZW = errors.New("zz refused")

// zzwBox is a database of the order service, with a writer and a table of the business.
type zzwBox struct {
	t       *testing.T
	pool    *pgxpool.Pool
	tx      *postgres.TxManager
	writer  *outbox.Writer
	observe *pgx.Conn
}

func zzwNew(t *testing.T) *zzwBox {
	t.Helper()
	b := &zzwBox{t: t}
	address := zzwAddress(t)
	var err error
	if b.observe, err = pgx.Connect(context.Background(), address); err != nil {
		t.Skipf("connect to the database: %v", err)
	}
	t.Cleanup(func() { _ = b.observe.Close(context.Background()) })
	b.migrate()
	b.exec(`CREATE TABLE zz_orders (id text PRIMARY KEY)`)
	b.pool, err = postgres.NewPool(context.Background(), postgres.Config{
		URL: config.Secret(address), MaxConns: 4, StatementTimeout: time.Minute, ConnectTimeout: time.Minute, ConnLifetime: time.Hour,
	})
	if err != nil {
		t.Skipf("make a pool: %v", err)
	}
	t.Cleanup(func() {
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			b.pool.Close()
		}()
		select { // the pool waits for connections that were not given back
		case <-closed:
		case <-time.After(time.Second):
		}
	})
	b.tx = postgres.NewTxManager(b.pool)
	cfg := config.Defaults[outbox.Config]()
	cfg.MaxPayload = 1000
	b.writer = outbox.NewWriter(cfg, func() time.Time { return zzwNow })
	return b
}

// migrate applies the migrations of the service.
func (b *zzwBox) migrate() {
	b.t.Helper()
	files, err := fs.Glob(db.Migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		b.t.Skipf("list the migrations: %v", err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(db.Migrations, file)
		if err != nil {
			b.t.Skipf("read a migration: %v", err)
		}
		statements := []string{string(text)}
		if strings.HasPrefix(string(text), "-- atlas:txmode none") { // each statement by itself
			statements = strings.SplitAfter(string(text), ";\n")
		}
		for _, statement := range statements {
			b.exec(statement)
		}
	}
}

func (b *zzwBox) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.observe.Exec(context.Background(), sql, args...); err != nil {
		b.t.Skipf("%s: %v", sql, err)
	}
}

// zzwRow is a row of the outbox.
type zzwRow struct {
	ID, AggregateType, AggregateID, Type     string
	Version                                  int
	Sequence                                 int64
	OccurredAt                               time.Time
	Correlation, Traceparent, State, Payload string
}

// rows returns what is committed, in the order of seq.
func (b *zzwBox) rows() []zzwRow {
	b.t.Helper()
	rows, err := b.observe.Query(context.Background(), `SELECT id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at,
		correlation_id, traceparent, tracestate, payload::text FROM outbox_events ORDER BY seq`)
	if err != nil {
		b.t.Skipf("read the outbox: %v", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[zzwRow])
	if err != nil {
		b.t.Skipf("read the outbox: %v", err)
	}
	return found
}

// ids returns the ids that are committed, in the order of seq.
func (b *zzwBox) ids() string {
	b.t.Helper()
	var ids []string
	for _, row := range b.rows() {
		ids = append(ids, row.ID)
	}
	return strings.Join(ids, " ")
}

func (b *zzwBox) orders() (n int) {
	b.t.Helper()
	if err := b.observe.QueryRow(context.Background(), `SELECT count(*) FROM zz_orders`).Scan(&n); err != nil {
		b.t.Skipf("count the orders: %v", err)
	}
	return n
}

func (b *zzwBox) clear() {
	b.t.Helper()
	b.exec(`DELETE FROM outbox_events`)
	b.exec(`DELETE FROM zz_orders`)
}

// order stores an order in the transaction of ctx.
func (b *zzwBox) order(ctx context.Context, id string) error {
	_, err := postgres.GetDBTX(ctx, b.pool).Exec(ctx, `INSERT INTO zz_orders VALUES ($1)`, id)
	return err
}

// inTx runs fn in a transaction, which must return. A panic is returned as an error.
func (b *zzwBox) inTx(ctx context.Context, what string, fn func(ctx context.Context) error) error {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, zzwStuck)
	defer cancel()
	result := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				result <- fmt.Errorf("panic: %v", p)
			}
		}()
		result <- b.tx.WithTx(ctx, fn)
	}()
	select {
	case err := <-result:
		return err
	case <-time.After(zzwStuck + time.Second):
		zzwFail(b.t, "stuck", what+": the transaction does not end", "it ends", fmt.Sprintf("nothing within %s", zzwStuck), "it keeps its connection and its locks")
	}
	return nil
}

// must runs fn in a transaction that must be committed.
func (b *zzwBox) must(ctx context.Context, what string, fn func(ctx context.Context) error) {
	b.t.Helper()
	if err := b.inTx(ctx, what, fn); err != nil {
		zzwFail(b.t, "ordinary", what, "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
	}
}

func zzwMessage(id, aggregate string) messaging.Message {
	return messaging.Message{
		ID: id, Type: "order.order.paid", Version: 1, AggregateType: "order", AggregateID: aggregate, Sequence: 1, OccurredAt: zzwNow, Payload: []byte(`{}`),
	}
}

func zzwFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzwAddress is the database that the check has leased.
func zzwAddress(t *testing.T) string {
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
