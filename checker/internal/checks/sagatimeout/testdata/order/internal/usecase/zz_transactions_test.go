// Hidden checks of the lesson on the saga timeout. They use only names that the lesson or the ports of the package give.
package usecase_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/logging"
	"shop/platform/postgres"
)

const (
	zztTea    = "11111111-1111-4111-8111-111111111111"
	zztCoffee = "22222222-2222-4222-8222-222222222222"
	zztCocoa  = "33333333-3333-4333-8333-333333333333"
)

// zztTx is one run of the function of a transaction.
type zztTx struct{ locked []string }

type zztTxKey struct{}

func zztCurrent(ctx context.Context) *zztTx {
	tx, _ := ctx.Value(zztTxKey{}).(*zztTx)
	return tx
}

// zztManager is the transaction manager of the stage, so that AfterCommit, nested transactions and conflicts are as in production. Its
// database accepts connections and has nothing to do.
type zztManager struct {
	real *postgres.TxManager

	mu      sync.Mutex
	commits map[string][]error // what becomes of the next commits that have locked this order; nil: committed
	done    []string           // the orders that were locked in committed transactions
}

// WithTx implements usecase.Transactor.
func (m *zztManager) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if zztCurrent(ctx) != nil {
		return m.real.WithTx(ctx, fn)
	}
	tx := &zztTx{}
	err := m.real.WithTx(ctx, func(ctx context.Context) error {
		tx = &zztTx{}
		if err := fn(context.WithValue(ctx, zztTxKey{}, tx)); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return m.commit(tx)
	})
	if err == nil {
		m.mu.Lock()
		m.done = append(m.done, tx.locked...)
		m.mu.Unlock()
	}
	return err
}

func (m *zztManager) commit(tx *zztTx) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range tx.locked {
		if next := m.commits[id]; len(next) > 0 {
			m.commits[id] = next[1:]
			return next[0]
		}
	}
	return nil
}

func (m *zztManager) committed(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Contains(m.done, id)
}

func zztTransactions(t *testing.T) *zztManager {
	cfg, err := pgxpool.ParseConfig("postgres://checker@127.0.0.1:1/checker?sslmode=disable")
	if err != nil {
		t.Skipf("configure a pool: %v", err)
	}
	cfg.ConnConfig.DialFunc = func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go zztServe(server)
		return client, nil
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Skipf("open a pool: %v", err)
	}
	t.Cleanup(pool.Close)
	return &zztManager{real: postgres.NewTxManager(pool), commits: map[string][]error{}}
}

// zztServe is a PostgreSQL without a statement.
func zztServe(conn net.Conn) {
	defer conn.Close()
	backend := pgproto3.NewBackend(conn, conn)
	if _, err := backend.ReceiveStartupMessage(); err != nil {
		return
	}
	backend.Send(&pgproto3.AuthenticationOk{})
	for {
		backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		if backend.Flush() != nil {
			return
		}
		if message, err := backend.Receive(); err != nil {
			return
		} else if _, ended := message.(*pgproto3.Terminate); ended {
			return
		}
		backend.Send(&pgproto3.EmptyQueryResponse{})
	}
}

// zztLog is what was logged.
type zztLog struct {
	mu  sync.Mutex
	out bytes.Buffer
}

// Write implements io.Writer.
func (l *zztLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(line)
}

func (l *zztLog) into(ctx context.Context) context.Context {
	return logging.Into(ctx, logging.NewTo(l, logging.Config{Level: "debug"}, "order"))
}

// lines returns the lines with this event about this order; each if it is empty.
func (l *zztLog) lines(event, order string) (lines []map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for raw := range bytes.Lines(l.out.Bytes()) {
		var line map[string]any
		if json.Unmarshal(raw, &line) == nil && line["event"] == event && (order == "" || line["order_id"] == order) {
			lines = append(lines, line)
		}
	}
	return lines
}

func (l *zztLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out.Len() == 0 {
		return "nothing was logged"
	}
	return l.out.String()
}

func zztFail(t *testing.T, id, sentence, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
