package inbox_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"shop/platform/config"
	"shop/platform/idempotencystore"
	"shop/platform/inbox"
	"shop/platform/messaging"
	"shop/platform/paralleltest"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
	"shop/platform/redistest"
)

// No goroutine may outlive the tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var schema = fstest.MapFS{"1.sql": {Data: []byte(`
	CREATE TABLE processed_events (
		scope text, key text, request_hash bytea NOT NULL, result jsonb, created_at timestamptz DEFAULT now(), PRIMARY KEY (scope, key)
	);
	CREATE TABLE effects (n int)`)}}

type fixture struct {
	pool   *pgxpool.Pool
	handle messaging.Handler
	// fail is returned by the handler after its effect.
	fail  atomic.Pointer[error]
	calls atomic.Int64
}

func newFixture(t *testing.T, cfg inbox.Config, client *goredis.Client) *fixture {
	f := &fixture{pool: postgrestest.New(t, schema)}
	box := inbox.New(cfg, postgres.NewTxManager(f.pool), idempotencystore.New(f.pool), client, zap.NewNop())
	f.handle = box.Wrap("test", func(ctx context.Context, _ messaging.Message) error {
		f.calls.Add(1)
		if _, err := postgres.GetDBTX(ctx, f.pool).Exec(ctx, `INSERT INTO effects VALUES (1)`); err != nil {
			return err
		}
		if fail := f.fail.Load(); fail != nil {
			return *fail
		}
		return nil
	})
	return f
}

func (f *fixture) failWith(err error) { f.fail.Store(&err) }

func (f *fixture) count(t *testing.T, table string) (n int) {
	t.Helper()
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n))
	return n
}

func newMessage() messaging.Message { return messaging.Message{ID: uuid.NewString()} }

func flagOf(m messaging.Message) string { return "inbox:message/test/" + m.ID }

func TestWrap_RepeatedMessage_HasOneEffect(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]bool{"with Redis": true, "without": false} {
		cfg := config.Defaults[inbox.Config]()
		cfg.Redis = on
		f, m := newFixture(t, cfg, redistest.New(t)), newMessage()
		for range 3 {
			require.NoError(t, f.handle(t.Context(), m), name)
		}
		require.NoError(t, f.handle(t.Context(), newMessage()), name)
		assert.Equal(t, 2, f.count(t, "effects"), name)
		assert.Equal(t, 2, f.count(t, "processed_events"), name)
	}
}

func TestWrap_ConcurrentRepetitions_HaveOneEffect(t *testing.T) {
	t.Parallel()
	f, m := newFixture(t, config.Defaults[inbox.Config](), redistest.New(t)), newMessage()
	for _, err := range paralleltest.Together(10, func(int) error { return f.handle(t.Context(), m) }) {
		require.NoError(t, err)
	}
	assert.Equal(t, 1, f.count(t, "effects"))
}

func TestWrap_FailedHandler_LeavesNothingAndIsRepeated(t *testing.T) {
	t.Parallel()
	f, m := newFixture(t, config.Defaults[inbox.Config](), redistest.New(t)), newMessage()
	crash := errors.New("crash")
	f.failWith(crash)
	require.ErrorIs(t, f.handle(t.Context(), m), crash)
	assert.Zero(t, f.count(t, "effects"))
	assert.Zero(t, f.count(t, "processed_events"), "a flag without an effect would lose the message")

	f.fail.Store(nil)
	require.NoError(t, f.handle(t.Context(), m))
	assert.Equal(t, 1, f.count(t, "effects"))
}

func TestWrap_ProcessDiedBetweenFlagAndCommit_MessageIsHandled(t *testing.T) {
	t.Parallel()
	client := redistest.New(t)
	f, m := newFixture(t, config.Defaults[inbox.Config](), client), newMessage()
	require.NoError(t, client.Set(t.Context(), flagOf(m), "in progress", time.Minute).Err())

	require.NoError(t, f.handle(t.Context(), m))

	assert.Equal(t, 1, f.count(t, "effects"))
}

func TestWrap_FlagLost_RowStillRecognizesTheRepetition(t *testing.T) {
	t.Parallel()
	client := redistest.New(t)
	f, m := newFixture(t, config.Defaults[inbox.Config](), client), newMessage()
	require.NoError(t, f.handle(t.Context(), m))
	require.NoError(t, client.Del(t.Context(), flagOf(m)).Err())

	require.NoError(t, f.handle(t.Context(), m))

	assert.Equal(t, 1, f.count(t, "effects"))
}

func TestWrap_FlagDone_SavesTheTransaction(t *testing.T) {
	t.Parallel()
	f, m := newFixture(t, config.Defaults[inbox.Config](), redistest.New(t)), newMessage()
	require.NoError(t, f.handle(t.Context(), m))
	f.pool.Close()

	assert.NoError(t, f.handle(t.Context(), m), "a repetition must not need the database")
	assert.Error(t, f.handle(t.Context(), newMessage()))
}

func TestWrap_RedisGone_CostsOneTimeoutAndNothingElse(t *testing.T) {
	t.Parallel()
	proxy := redistest.NewProxy(t)
	cfg := config.Defaults[inbox.Config]()
	cfg.RedisPause = time.Minute
	f := newFixture(t, cfg, proxy.Client)
	first := newMessage()
	require.NoError(t, f.handle(t.Context(), first))
	proxy.Then(redistest.Lost) // each command would wait for its timeout, 2 s

	started := time.Now()
	for range 50 {
		m := newMessage()
		require.NoError(t, f.handle(t.Context(), m))
		require.NoError(t, f.handle(t.Context(), m))
	}
	require.NoError(t, f.handle(t.Context(), first))

	assert.Less(t, time.Since(started), 10*time.Second, "one timeout of 2 s, not one for each message")
	assert.Equal(t, 51, f.count(t, "effects"))
}

func TestWrap_RedisBack_IsUsedAgain(t *testing.T) {
	t.Parallel()
	proxy := redistest.NewProxy(t)
	cfg := config.Defaults[inbox.Config]()
	cfg.RedisPause = time.Millisecond
	f := newFixture(t, cfg, proxy.Client)
	proxy.Then(redistest.Cut)
	require.NoError(t, f.handle(t.Context(), newMessage()))
	proxy.Then(redistest.None)
	other := redistest.New(t)

	require.Eventually(t, func() bool {
		m := newMessage()
		require.NoError(t, f.handle(t.Context(), m))
		return other.Get(t.Context(), flagOf(m)).Val() == "done"
	}, 10*time.Second, time.Millisecond)
}
