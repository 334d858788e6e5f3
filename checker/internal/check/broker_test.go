package check

import (
	"context"
	"testing"
	"time"

	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/infra"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// onServers runs a check on real servers and returns its result.
func onServers(t *testing.T, needs Needs, run func(*T)) Result {
	t.Helper()
	if testing.Short() {
		t.Skip("needs servers")
	}
	const root = "../../.."
	servers, err := infra.Ensure(t.Context(), root, infra.Need{Postgres: true, RabbitMQ: true}, func(line string) { t.Log(line) })
	require.NoError(t, err)
	t.Cleanup(servers.Close)
	if needs.OwnBroker && servers.Provider != "native" && servers.Provider != "bundle" {
		t.Skip("the broker is a container")
	}
	return Execute(t.Context(), Check{ID: "c", Needs: needs, Run: run}, Env{Dir: root + "/stage1-mvp", Root: root, Servers: servers})
}

func TestBroker_PublishTapPeekTakeDepth(t *testing.T) {
	t.Parallel()
	result := onServers(t, Needs{RabbitMQ: true}, func(t *T) {
		b := t.Broker()
		queue, err := b.Tap("wallet.#")
		t.NoError("tap", err)
		t.NoError("publish", b.Publish(fault.Message{
			RoutingKey: "wallet.balance.deduct", ID: "m1", Type: "wallet.balance.deduct", Headers: map[string]any{"event_version": 2}, Body: []byte("{}"),
		}))
		t.True(b.Publish(fault.Message{RoutingKey: "order.order.paid"}) != nil, Failure{Sentence: "nothing is bound for it"})
		b.AwaitDepth(queue, 1, 5*time.Second)
		peeked, err := b.Peek(queue)
		t.NoError("peek", err)
		t.Equal("peeked", "m1", peeked[0].ID)
		b.AwaitDepth(queue, 1, 5*time.Second)
		taken, err := b.Take(queue)
		t.NoError("take", err)
		t.Equal("header", int64(2), taken[0].Headers["event_version"])
		b.AwaitDepth(queue, 0, 5*time.Second)
	})
	require.Equal(t, Pass, result.Verdict, "%+v", result)
}

func TestBroker_WithoutOne_IsUnknown(t *testing.T) {
	t.Parallel()
	result := onServers(t, Needs{Postgres: true}, func(t *T) { t.Broker() })
	require.Equal(t, Unknown, result.Verdict)
	result = onServers(t, Needs{RabbitMQ: true}, func(t *T) { t.Broker().Kill() })
	require.Equal(t, Unknown, result.Verdict)
}

func TestBroker_OwnBroker_IsKilledAndStarted(t *testing.T) {
	result := onServers(t, Needs{OwnBroker: true}, func(t *T) {
		b := t.Broker()
		queue, err := b.Tap("#")
		t.NoError("tap", err)
		b.Kill()
		_, err = b.Depth(queue)
		t.True(err != nil, Failure{Sentence: "the broker is dead"})
		b.Start()
		b.AwaitQueue(queue, 10*time.Second)
		thaw := b.Freeze()
		thaw()
		b.AwaitDepth(queue, 0, 10*time.Second)
	})
	require.Equal(t, Pass, result.Verdict, "%+v", result)
}

func TestLockRows_HeldUntilReleased(t *testing.T) {
	t.Parallel()
	result := onServers(t, Needs{Postgres: true, Services: []string{"wallet"}}, func(t *T) {
		release := t.LockRows("wallet_db", "LOCK TABLE ledger_entries IN EXCLUSIVE MODE")
		lock := func(ctx context.Context) error {
			conn, err := pgx.Connect(ctx, t.Lease().Databases["wallet_db"])
			if err != nil {
				return err
			}
			defer conn.Close(context.Background())
			return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
				_, err := tx.Exec(ctx, "SET LOCAL lock_timeout = '100ms'; LOCK TABLE ledger_entries IN EXCLUSIVE MODE")
				return err
			})
		}
		t.True(lock(t.Context()) != nil, Failure{Sentence: "the lock holds nothing"})
		release()
		release()
		t.NoError("a lock after the release", lock(t.Context()))
	})
	require.Equal(t, Pass, result.Verdict, "%+v", result)
}
