package stack

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// follow waits for the end of a purchase, or, one time of eight, cancels it on the way.
func (c *customers) follow(ctx context.Context, buyer, id string) (Answer[Order], error) {
	c.mu.Lock()
	c.count["followed"]++
	cancels := c.count["followed"]%8 == 0
	c.mu.Unlock()
	if cancels {
		_, _ = c.s.Shop.Do(ctx, Ask{Method: http.MethodDelete, Path: "/v1/orders/" + id, User: buyer})
	}
	return c.s.Shop.AwaitOrder(ctx, buyer, id)
}

// settleAsync waits until no saga, payment and message is open: all orders must be final two minutes after the last fault.
func (c *customers) settleAsync() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Minute)
	defer cancel()
	for _, open := range []struct{ database, query string }{
		{"order_db", `SELECT count(*) FROM orders WHERE status IN (1, 2)`},
		{"order_db", `SELECT count(*) FROM saga_executions WHERE status IN ('RUNNING', 'COMPENSATING', 'FAILED')`},
		{"wallet_db", `SELECT count(*) FROM payments WHERE status IN ('PENDING', 'CHARGED', 'VOIDING')`},
		{"order_db", `SELECT count(*) FROM outbox_events WHERE sent_at IS NULL`},
		{"inventory_db", `SELECT count(*) FROM outbox_events WHERE sent_at IS NULL`},
		{"wallet_db", `SELECT count(*) FROM outbox_events WHERE sent_at IS NULL`},
	} {
		conn, err := pgx.Connect(ctx, c.s.options.Databases[open.database])
		require.NoError(c.t, err)
		defer conn.Close(context.Background())
		require.Eventually(c.t, func() bool {
			var left int
			require.NoError(c.t, conn.QueryRow(ctx, open.query).Scan(&left), "%s: not all is settled: %s", open.database, open.query)
			return left == 0
		}, 2*time.Minute, 100*time.Millisecond, "%s: not all is settled: %s", open.database, open.query)
	}
}

// wait is the length of a fault.
func wait(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}
