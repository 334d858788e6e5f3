// Hidden checks of the lesson on the saga timeout. They use only names that the lesson or the ports of the package give.
package publisher_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/logging"
	"shop/platform/postgres"
)

// zzpTransactions is the transaction manager of the stage, so that AfterCommit is as in production. Its database accepts connections and
// has nothing to do.
func zzpTransactions(t *testing.T) *postgres.TxManager {
	cfg, err := pgxpool.ParseConfig("postgres://checker@127.0.0.1:1/checker?sslmode=disable")
	if err != nil {
		t.Skipf("configure a pool: %v", err)
	}
	cfg.ConnConfig.DialFunc = func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go zzpServe(server)
		return client, nil
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Skipf("open a pool: %v", err)
	}
	t.Cleanup(pool.Close)
	return postgres.NewTxManager(pool)
}

// zzpServe is a PostgreSQL without a statement.
func zzpServe(conn net.Conn) {
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

// zzpLog is what was logged.
type zzpLog struct {
	mu  sync.Mutex
	out bytes.Buffer
}

// Write implements io.Writer.
func (l *zzpLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(line)
}

func (l *zzpLog) into(ctx context.Context) context.Context {
	return logging.Into(ctx, logging.NewTo(l, logging.Config{Level: "debug"}, "order"))
}

// lines returns the lines with this event about this order; each if it is empty.
func (l *zzpLog) lines(event, order string) (lines []map[string]any) {
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

func (l *zzpLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out.Len() == 0 {
		return "nothing was logged"
	}
	return l.out.String()
}

func zzpFail(t *testing.T, id, sentence, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
