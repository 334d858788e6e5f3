package outbox_test

import (
	"context"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"shop/platform/clock"
	"shop/platform/config"
	"shop/platform/messaging"
	"shop/platform/outbox"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

const (
	patience = 10 * time.Second
	tick     = 5 * time.Millisecond
)

// migration is the same in every service: see TestMigration_EveryService_IsTheSame.
const migration = "20260601090000_create_outbox.sql"

func migrationOf(t testing.TB, service string) []byte {
	t.Helper()
	text, err := os.ReadFile("../../" + service + "/db/migrations/" + migration)
	require.NoError(t, err)
	return text
}

func migrations(t testing.TB) fstest.MapFS {
	t.Helper()
	return fstest.MapFS{migration: {Data: migrationOf(t, "order")}}
}

// fixture is an outbox, and a broker that records what it gets.
type fixture struct {
	pool   *pgxpool.Pool
	tx     *postgres.TxManager
	writer *outbox.Writer
	broker *broker
	cfg    outbox.Config
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	pool := postgrestest.New(t, migrations(t))
	cfg := config.Defaults[outbox.Config]()
	cfg.Heartbeat, cfg.RetryPause, cfg.BrokerPause = 20*time.Millisecond, tick, tick
	cfg.PollBusy, cfg.PollIdle, cfg.PollQuiet = tick, tick, tick
	return &fixture{
		pool: pool, tx: postgres.NewTxManager(pool), writer: outbox.NewWriter(cfg, clock.System), broker: &broker{}, cfg: cfg,
	}
}

// relay starts a relay that runs until the end of the test.
func (f *fixture) relay(t *testing.T, name string, publisher outbox.Publisher) *outbox.Relay {
	t.Helper()
	log := zaptest.NewLogger(t, zaptest.Level(zap.ErrorLevel))
	r := outbox.NewRelay(f.cfg, name, f.pool, publisher, outbox.NewMetrics(prometheus.NewRegistry()), log)
	require.NoError(t, r.Start(t.Context()))
	t.Cleanup(func() { require.NoError(t, r.Stop(context.WithoutCancel(t.Context()))) })
	return r
}

func (f *fixture) append(t *testing.T, messages ...messaging.Message) {
	t.Helper()
	require.NoError(t, f.tx.WithTx(t.Context(), func(ctx context.Context) error { return f.writer.Append(ctx, messages...) }))
}

func (f *fixture) count(t testing.TB, from string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM `+from, args...).Scan(&n))
	return n
}

func (f *fixture) text(t testing.TB, query string, args ...any) (s string) {
	t.Helper()
	require.NoError(t, f.pool.QueryRow(t.Context(), query, args...).Scan(&s))
	return s
}

// eventually waits until the query about the outbox counts n rows.
func (f *fixture) eventually(t testing.TB, n int, from string, args ...any) {
	t.Helper()
	require.Eventually(t, func() bool { return f.count(t, from, args...) == n }, patience, tick, "want %d rows in %s", n, from)
}

func message(aggregate string, sequence int64) messaging.Message {
	return messaging.Message{
		ID: aggregate + "-" + strconv.FormatInt(sequence, 10), Type: "order.order.created", Version: 1, AggregateType: "order",
		AggregateID: aggregate, Sequence: sequence, Payload: []byte(`{}`),
	}
}

// broker implements outbox.Publisher. It confirms what answer returns nil for; answer may wait.
type broker struct {
	answer func(ctx context.Context, m messaging.Message) error
	closed func() error

	mu  sync.Mutex
	got []messaging.Message
}

func (b *broker) Publish(_ context.Context, m messaging.Message) (outbox.Confirmation, error) {
	if b.closed != nil {
		if err := b.closed(); err != nil {
			return nil, err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got = append(b.got, m)
	return confirmation{b, m}, nil
}

func (b *broker) ids() (ids []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.got {
		ids = append(ids, m.ID)
	}
	return ids
}

type confirmation struct {
	broker  *broker
	message messaging.Message
}

func (c confirmation) Wait(ctx context.Context) error {
	if c.broker.answer == nil {
		return nil
	}
	return c.broker.answer(ctx, c.message)
}
