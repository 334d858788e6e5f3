package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/config"
)

// zztStuck is how long a call may take that should return soon. It is long, because no check here is about speed.
const zztStuck = 8 * time.Second

// zztConfig has limits that do not strike on a busy machine, and reruns without long pauses.
var zztConfig = TxConfig{CommitTimeout: 30 * time.Second, MaxReruns: 3, RerunPause: time.Millisecond}

var errZZTRefused = errors.New("refused for a business reason")

// zztDB is an empty table, a pool of the learner's package, and the manager of its transactions.
type zztDB struct {
	t       *testing.T
	pool    *pgxpool.Pool
	m       *TxManager
	observe *pgx.Conn // outside of all transactions
}

// zztNew returns a database with the empty tables things and counters, and a pool of that many connections.
func zztNew(t *testing.T, conns int32, cfg TxConfig) *zztDB {
	t.Helper()
	return zztNewAt(t, zztAddress(t), conns, cfg)
}

func zztNewAt(t *testing.T, address string, conns int32, cfg TxConfig) *zztDB {
	t.Helper()
	db := &zztDB{t: t}
	var err error
	if db.observe, err = pgx.Connect(context.Background(), zztAddress(t)); err != nil {
		t.Skipf("connect to the database: %v", err)
	}
	t.Cleanup(func() { _ = db.observe.Close(context.Background()) })
	db.exec(`DROP TABLE IF EXISTS things, counters, once, two CASCADE`)
	db.exec(`CREATE TABLE things (name text PRIMARY KEY, pair text UNIQUE DEFERRABLE INITIALLY DEFERRED)`)
	db.exec(`CREATE TABLE counters (name text PRIMARY KEY, n bigint NOT NULL)`)
	db.pool, err = NewPool(context.Background(), Config{
		URL: config.Secret(address), MaxConns: conns, StatementTimeout: time.Minute, ConnectTimeout: time.Minute, ConnLifetime: time.Hour,
	})
	if err != nil {
		t.Skipf("make a pool: %v", err)
	}
	t.Cleanup(func() {
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			db.pool.Close()
		}()
		select { // the pool waits for connections that were not given back
		case <-closed:
		case <-time.After(time.Second):
		}
	})
	db.m = newTxManager(db.pool, cfg)
	return db
}

// exec runs a statement of the test itself.
func (db *zztDB) exec(sql string, args ...any) {
	db.t.Helper()
	if _, err := db.observe.Exec(context.Background(), sql, args...); err != nil {
		db.t.Skipf("%s: %v", sql, err)
	}
}

// names returns what is committed, in order.
func (db *zztDB) names() []string {
	db.t.Helper()
	rows, err := db.observe.Query(context.Background(), `SELECT name FROM things ORDER BY name`)
	if err != nil {
		db.t.Skipf("read the table: %v", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		db.t.Skipf("read the table: %v", err)
	}
	return names
}

// committed requires that exactly these rows are committed.
func (db *zztDB) committed(failure, what, why string, want ...string) {
	db.t.Helper()
	if got := db.names(); !slices.Equal(got, want) {
		zztFail(db.t, failure, what, zztRows(want), zztRows(got), why)
	}
}

func zztRows(names []string) string {
	if len(names) == 0 {
		return "no row is committed"
	}
	return "committed: " + strings.Join(names, ", ")
}

// insert is what a repository does.
func (db *zztDB) insert(ctx context.Context, name string) error {
	_, err := GetDBTX(ctx, db.pool).Exec(ctx, `INSERT INTO things (name) VALUES ($1)`, name)
	return err
}

// clear empties the table.
func (db *zztDB) clear() {
	db.t.Helper()
	db.exec(`SET lock_timeout = '5s'`)
	if _, err := db.observe.Exec(context.Background(), `TRUNCATE things`); err != nil {
		zztFail(db.t, "leak", "a transaction is still open after WithTx has returned", "it has ended", "it holds a lock on its table: "+err.Error(),
			"its locks stop every other writer until the connection ends")
	}
}

// returned requires that all connections come back to the pool.
func (db *zztDB) returned(after string) {
	db.t.Helper()
	for deadline := time.Now().Add(zztStuck); db.pool.Stat().AcquiredConns() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			zztFail(db.t, "leak", "the connection is not given back after "+after, "no connection is in use when WithTx has returned",
				fmt.Sprintf("%d of the pool's connections in use", db.pool.Stat().AcquiredConns()),
				"ten such requests use up a pool of ten, and the service stands still until it is restarted")
		}
	}
}

// zztResult is how a call ended.
type zztResult struct {
	err      error
	panicked any
	exited   bool // by runtime.Goexit
}

func (r zztResult) String() string {
	switch {
	case r.panicked != nil:
		return fmt.Sprintf("a panic: %v", r.panicked)
	case r.exited:
		return "the goroutine ended by runtime.Goexit"
	case r.err == nil:
		return "no error"
	}
	return fmt.Sprintf("the error %q", r.err)
}

// withTx calls WithTx in a goroutine of its own.
func (db *zztDB) withTx(ctx context.Context, fn func(ctx context.Context) error) <-chan zztResult {
	return zztCall(func() error { return db.m.WithTx(ctx, fn) })
}

// do calls WithTx and waits until it returns.
func (db *zztDB) do(what string, fn func(ctx context.Context) error) zztResult {
	db.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*zztStuck)
	defer cancel()
	return zztAwait(db.t, what, db.withTx(ctx, fn))
}

func zztCall(call func() error) <-chan zztResult {
	result := make(chan zztResult, 1)
	go func() {
		r := zztResult{exited: true}
		defer func() {
			if r.exited {
				if r.panicked = recover(); r.panicked != nil {
					r.exited = false
				}
			}
			result <- r
		}()
		r.err = call()
		r.exited = false
	}()
	return result
}

func zztAwait[E any](t *testing.T, what string, event <-chan E) (e E) {
	t.Helper()
	select {
	case e = <-event:
	case <-time.After(zztStuck):
		zztFail(t, "stuck", what+": it does not return", "it returns", fmt.Sprintf("nothing within %s", zztStuck),
			"a call that never returns keeps its connection, its goroutine and its callers")
	}
	return e
}

func zztFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// mustPass requires a result without an error.
func zztMustPass(t *testing.T, r zztResult, failure, what, why string) {
	t.Helper()
	if r.err != nil || r.panicked != nil || r.exited {
		zztFail(t, failure, what, "no error", r.String(), why)
	}
}

// zztBaseline is the ordinary case: a row is inserted and committed.
func zztBaseline(db *zztDB) {
	db.t.Helper()
	const what, why = "the ordinary case does not work yet: a transaction with one INSERT", "nothing else works before this does"
	calls := 0
	zztMustPass(db.t, db.do("WithTx", func(ctx context.Context) error {
		calls++
		return db.insert(ctx, "a")
	}), "ordinary", what, why)
	if calls != 1 {
		zztFail(db.t, "ordinary", what, "the function is called once", fmt.Sprintf("%d calls", calls), why)
	}
	db.committed("ordinary", what, why, "a")
	db.returned("a transaction that was committed")
	db.clear()
}

// zztWays are all ways to run a statement. Each inserts a row.
var zztWays = []struct {
	name   string
	insert func(ctx context.Context, db DBTX, name string) error
}{
	{"Exec", func(ctx context.Context, db DBTX, name string) error {
		_, err := db.Exec(ctx, `INSERT INTO things (name) VALUES ($1)`, name)
		return err
	}},
	{"Query", func(ctx context.Context, db DBTX, name string) error {
		rows, err := db.Query(ctx, `INSERT INTO things (name) VALUES ($1) RETURNING name`, name)
		if err != nil {
			return err
		}
		rows.Close()
		return rows.Err()
	}},
	{"QueryRow", func(ctx context.Context, db DBTX, name string) error {
		return db.QueryRow(ctx, `INSERT INTO things (name) VALUES ($1) RETURNING name`, name).Scan(&name)
	}},
	{"SendBatch", func(ctx context.Context, db DBTX, name string) error {
		batch := &pgx.Batch{}
		batch.Queue(`INSERT INTO things (name) VALUES ($1)`, name)
		return db.SendBatch(ctx, batch).Close()
	}},
}

func zztState(err error) string {
	var failed *pgconn.PgError
	if errors.As(err, &failed) {
		return failed.Code
	}
	return ""
}

// zztAddress is the database that the check has leased.
func zztAddress(t *testing.T) string {
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

// zztProxy stands before the database and can be frozen.
type zztProxy struct {
	address  string
	target   string
	listener net.Listener

	mu    sync.Mutex
	thaw  chan struct{} // closed while not frozen
	conns []net.Conn
}

func zztNewProxy(t *testing.T) *zztProxy {
	t.Helper()
	address, err := url.Parse(zztAddress(t))
	if err != nil {
		t.Skipf("address of the database: %v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("proxy of the database: %v", err)
	}
	p := &zztProxy{target: address.Host, listener: listener, thaw: make(chan struct{})}
	close(p.thaw)
	address.Host = listener.Addr().String()
	p.address = address.String()
	go p.serve()
	t.Cleanup(func() {
		_ = listener.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, conn := range p.conns {
			_ = conn.Close()
		}
		select {
		case <-p.thaw:
		default:
			close(p.thaw)
		}
	})
	return p
}

// freeze lets no byte pass in either direction.
func (p *zztProxy) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.thaw = make(chan struct{})
}

func (p *zztProxy) serve() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = near.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, near, far)
		p.mu.Unlock()
		go p.pass(near, far)
		go p.pass(far, near)
	}
}

func (p *zztProxy) pass(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		p.mu.Lock()
		thaw := p.thaw
		p.mu.Unlock()
		<-thaw
		if _, writeErr := to.Write(buffer[:n]); writeErr != nil || errors.Is(err, io.EOF) || err != nil {
			return
		}
	}
}
