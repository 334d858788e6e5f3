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

	"shop/platform/config"
	"shop/platform/postgres"
	"shop/wallet/db"
	"shop/wallet/internal/domain"
)

const zzlStuck = 30 * time.Second

var zzlNoon = time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC)

// zzlShop is a database of the wallet service.
type zzlShop struct {
	t       *testing.T
	pool    *pgxpool.Pool
	tx      *postgres.TxManager
	wallets *WalletRepository
	observe *pgx.Conn
}

func zzlNew(t *testing.T) *zzlShop {
	t.Helper()
	s := &zzlShop{t: t}
	var err error
	if s.observe, err = pgx.Connect(context.Background(), zzlAddress(t)); err != nil {
		t.Skipf("connect to the database: %v", err)
	}
	t.Cleanup(func() { _ = s.observe.Close(context.Background()) })
	s.migrate()
	s.pool, err = postgres.NewPool(context.Background(), postgres.Config{
		URL: config.Secret(zzlAddress(t)), MaxConns: 10, StatementTimeout: time.Minute, ConnectTimeout: time.Minute, ConnLifetime: time.Hour,
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
	s.tx, s.wallets = postgres.NewTxManager(s.pool), NewWalletRepository(Config{SnapshotEvery: 10}, s.pool)
	return s
}

// migrate applies the migrations of the service.
func (s *zzlShop) migrate() {
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

func (s *zzlShop) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.observe.Exec(context.Background(), sql, args...); err != nil {
		s.t.Skipf("%s: %v", sql, err)
	}
}

// seed stores a wallet of n entries past the repository, and returns its balance.
func (s *zzlShop) seed(user, currency string, n int) int64 {
	s.t.Helper()
	s.exec(`INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
		SELECT $1, $2, n, 1, n % 7 + 1, sum(n % 7 + 1) OVER (ORDER BY n), 'desk-' || n, $4 FROM generate_series(1, $3::bigint) n`, user, currency, n, zzlNoon)
	s.exec(`INSERT INTO wallets (user_id, currency, balance_minor, version) SELECT $1, $2, coalesce(sum(amount_minor), 0), count(*)
		FROM ledger_entries WHERE user_id = $1 AND currency = $2`, user, currency)
	return zzlSum(n)
}

// zzlSum is the balance after the entry with the number n of a seeded wallet.
func zzlSum(n int) (sum int64) {
	for i := range n {
		sum += int64((i+1)%7 + 1)
	}
	return sum
}

// snapshot stores a snapshot past the repository.
func (s *zzlShop) snapshot(user, currency string, version, balance int64) {
	s.t.Helper()
	s.exec(`INSERT INTO wallet_snapshots (user_id, currency, version, balance_minor) VALUES ($1, $2, $3, $4)`, user, currency, version, balance)
}

// zzlAt is a balance after the entry with the number version, and the transaction that wrote it last; "" if there is none.
type zzlAt struct {
	balance, version int64
	writer           string
}

func (a zzlAt) String() string {
	if a.writer == "" {
		return "none"
	}
	return fmt.Sprintf("balance %d at version %d", a.balance, a.version)
}

// stored returns what is committed of a wallet in "wallets" or "wallet_snapshots".
func (s *zzlShop) stored(table, user, currency string) (at zzlAt) {
	s.t.Helper()
	rows, err := s.observe.Query(context.Background(), `SELECT balance_minor, version, xmin::text FROM `+table+` WHERE user_id = $1 AND currency = $2`, user, currency)
	if err != nil {
		s.t.Skipf("read %s: %v", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&at.balance, &at.version, &at.writer); err != nil {
			s.t.Skipf("read %s: %v", table, err)
		}
	}
	return at
}

// ledger returns the committed entries, one line each.
func (s *zzlShop) ledger(user string) (lines []string) {
	s.t.Helper()
	rows, err := s.observe.Query(context.Background(), `SELECT format('%s %s kind %s amount %s balance %s %s at %s', currency, seq, kind, amount_minor, balance_minor, reference,
		to_char(created_at AT TIME ZONE 'UTC', 'HH24:MI:SS.US')) FROM ledger_entries WHERE user_id = $1 ORDER BY currency, seq`, user)
	if err != nil {
		s.t.Skipf("read the ledger: %v", err)
	}
	lines, err = pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		s.t.Skipf("read the ledger: %v", err)
	}
	return lines
}

// whole requires that the ledger has no gap, and that the wallet is the fold of it.
func (s *zzlShop) whole(failure, what, user string, balance, version int64, why string) {
	s.t.Helper()
	var broken bool
	var sum, entries int64
	if err := s.observe.QueryRow(context.Background(), `SELECT coalesce(sum(amount_minor), 0), count(*), coalesce(bool_or(seq <> n OR balance_minor <> running), false)
		FROM (SELECT *, row_number() OVER (ORDER BY seq) AS n, sum(amount_minor) OVER (ORDER BY seq) AS running FROM ledger_entries WHERE user_id = $1) AS folded`,
		user).Scan(&sum, &entries, &broken); err != nil {
		s.t.Skipf("fold the ledger: %v", err)
	}
	at := s.stored("wallets", user, "EUR")
	if broken || sum != balance || entries != version || at.balance != balance || at.version != version {
		seen := fmt.Sprintf("%d entries with the sum %d; in wallets: %s", entries, sum, at)
		if broken {
			seen += "; the ledger has a gap or a wrong balance: " + strings.Join(s.ledger(user), ", ")
		}
		zzlFail(s.t, failure, what, fmt.Sprintf("%d entries with the sum %d, and the same in wallets", version, balance), seen, why)
	}
}

// lock calls Lock in a transaction of its own.
func (s *zzlShop) lock(user, currency string) (wallet *domain.Wallet, err error) {
	s.t.Helper()
	err = s.call("Lock", func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) (err error) {
			wallet, err = s.wallets.Lock(ctx, user, currency)
			return err
		})
	})
	return wallet, err
}

// locked requires that Lock returns this balance and version.
func (s *zzlShop) locked(failure, what, user, currency string, balance, version int64, why string) {
	s.t.Helper()
	wallet, err := s.lock(user, currency)
	expected := fmt.Sprintf("balance %d at version %d", balance, version)
	if err != nil || wallet == nil {
		zzlFail(s.t, failure, what, expected, fmt.Sprintf("the error %v", err), why)
	}
	if seen := zzlWallet(wallet); seen != expected {
		zzlFail(s.t, failure, what, expected, seen, why)
	}
}

func zzlWallet(w *domain.Wallet) string {
	return fmt.Sprintf("balance %d at version %d", w.Balance().MinorUnits(), w.Version())
}

func (s *zzlShop) get(user string) (wallet *domain.Wallet) {
	s.t.Helper()
	s.must("ordinary", "Get of a wallet", func(ctx context.Context) (err error) {
		wallet, err = s.wallets.Get(ctx, user, "EUR")
		return err
	})
	return wallet
}

// add tops a wallet up.
func (s *zzlShop) add(w *domain.Wallet, minor int64, reference string) {
	s.t.Helper()
	if err := w.TopUp(zzlEuros(minor), reference, zzlNoon); err != nil {
		zzlFail(s.t, "ordinary", "TopUp of a wallet", "no error", err.Error(), "nothing else works before this does")
	}
}

func zzlEuros(minor int64) domain.Money {
	amount, err := domain.NewMoney(minor, "EUR")
	if err != nil {
		panic(err)
	}
	return amount
}

// blocked waits until a statement waits for a lock, or done is closed.
func (s *zzlShop) blocked(done <-chan struct{}) {
	s.t.Helper()
	for until := time.Now().Add(zzlStuck); time.Now().Before(until); {
		var waiting bool
		if err := s.observe.QueryRow(context.Background(), `SELECT EXISTS (SELECT FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waiting); err != nil {
			s.t.Skipf("look for a lock: %v", err)
		}
		select {
		case <-done:
			return
		case <-time.After(5 * time.Millisecond):
		}
		if waiting {
			return
		}
	}
}

// must requires that a call succeeds.
func (s *zzlShop) must(failure, what string, call func(ctx context.Context) error) {
	s.t.Helper()
	if err := s.call(what, call); err != nil {
		zzlFail(s.t, failure, what, "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
	}
}

// call runs a call that must return.
func (s *zzlShop) call(what string, call func(ctx context.Context) error) error {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), zzlStuck)
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
	case <-time.After(zzlStuck + time.Second):
		zzlFail(s.t, "stuck", what+": it does not return", "it returns", fmt.Sprintf("nothing within %s", zzlStuck), "a call that never returns keeps its connection and its callers")
	}
	return nil
}

func zzlFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func zzlID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// zzlAddress is the database that the check has leased.
func zzlAddress(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-eventsourcing-%x", sha256.Sum256([]byte(dir+"#"+path.Base(t.Name()))))))
	if err != nil {
		t.Skipf("address of the database: %v", err)
	}
	return string(text)
}
