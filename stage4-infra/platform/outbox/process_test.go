package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/clock"
	"shop/platform/config"
	"shop/platform/outbox"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
	"shop/platform/rabbitmqtest"
)

const (
	aggregates = 30
	shortLease = 600 * time.Millisecond
)

// shop is an outbox with writers, relays that are processes of their own, and a consumer on RabbitMQ.
type shop struct {
	*fixture
	env      []string
	consumer *consumer
	seed     uint64
}

func newShop(t *testing.T) *shop {
	t.Helper()
	address, broker := postgrestest.NewURL(t, migrations(t)), rabbitmqtest.URL(t)
	pool, err := pgxpool.New(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	_, err = pool.Exec(t.Context(), `CREATE TABLE aggregates (id int PRIMARY KEY, sequence bigint NOT NULL);
		INSERT INTO aggregates SELECT generate_series(0, 29), 0`)
	require.NoError(t, err)
	s := &shop{
		fixture: &fixture{
			pool: pool, tx: postgres.NewTxManager(pool), writer: outbox.NewWriter(config.Defaults[outbox.Config](), clock.System),
		},
		env: append(os.Environ(), relayVariable+"=1", "METRICS_ADDR=127.0.0.1:0", "TLS_MODE=off", "LOG_LEVEL=error", "DATABASE_URL="+address,
			"RABBITMQ_URL="+broker, "OUTBOX_LEASE="+shortLease.String(), "OUTBOX_HEARTBEAT=100ms", "OUTBOX_CONFIRM_TIMEOUT=400ms",
			"OUTBOX_BROKER_PAUSE=20ms", "OUTBOX_BATCH=200"),
		consumer: consume(t, broker),
		seed:     rand.Uint64(),
	}
	t.Logf("seed %d", s.seed)
	return s
}

// start starts a relay process. It is killed when the test ends.
func (s *shop) start(t *testing.T) *exec.Cmd {
	t.Helper()
	process := exec.Command(os.Args[0])
	process.Env, process.Stderr, process.Stdout = s.env, os.Stderr, os.Stderr
	require.NoError(t, process.Start())
	t.Cleanup(func() { kill(process) })
	return process
}

func kill(process *exec.Cmd) {
	_ = process.Process.Kill()
	_ = process.Wait()
}

// write starts writers. Each transaction locks its aggregate; some commit late and some never. The returned function ends them.
func (s *shop) write(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	rollback := errors.New("rolled back")
	var writers sync.WaitGroup
	for n := range uint64(4) {
		random := rand.New(rand.NewPCG(s.seed, n))
		writers.Go(func() {
			for ctx.Err() == nil {
				id := random.IntN(aggregates)
				var sequence int64
				err := s.tx.WithTx(ctx, func(ctx context.Context) error {
					db := postgres.GetDBTX(ctx, s.pool)
					for range 1 + random.IntN(3) {
						const next = `UPDATE aggregates SET sequence = sequence + 1 WHERE id = $1 RETURNING sequence`
						if err := db.QueryRow(ctx, next, id).Scan(&sequence); err != nil {
							return err
						}
						if err := s.writer.Append(ctx, message(strconv.Itoa(id), sequence)); err != nil {
							return err
						}
					}
					if random.IntN(4) == 0 {
						if _, err := db.Exec(ctx, `SELECT pg_sleep($1)`, random.Float64()/50); err != nil {
							return err
						}
					}
					if random.IntN(10) == 0 {
						return rollback
					}
					return nil
				})
				if err != nil && !errors.Is(err, rollback) && ctx.Err() == nil {
					assert.NoError(t, err)
				}
			}
		})
	}
	return func() {
		cancel()
		writers.Wait()
	}
}

// settle waits until everything is sent, and compares what the consumer got with what was committed.
func (s *shop) settle(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return s.count(t, "outbox_events WHERE sent_at IS NULL") == 0 }, 30*time.Second, tick)
	for id := range aggregates {
		name := strconv.Itoa(id)
		last := int64(0)
		require.NoError(t, s.pool.QueryRow(t.Context(), `SELECT sequence FROM aggregates WHERE id = $1`, id).Scan(&last))
		require.Eventually(t, func() bool { return s.consumer.last(name) == last }, patience, tick, "events of %s are lost", name)
	}
	s.consumer.mu.Lock()
	defer s.consumer.mu.Unlock()
	assert.Empty(t, s.consumer.disorder)
	t.Logf("%d events, %d duplicates", s.count(t, "outbox_events"), s.consumer.duplicates)
}

// consumer records the order in which the first deliveries of events arrive.
type consumer struct {
	mu         sync.Mutex
	seen       map[string]int64
	duplicates int
	disorder   []string
}

func consume(t *testing.T, address string) *consumer {
	t.Helper()
	conn, err := amqp.Dial(address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	ch, err := conn.Channel()
	require.NoError(t, err)
	require.NoError(t, ch.ExchangeDeclare("shop", amqp.ExchangeTopic, true, false, false, false, nil))
	_, err = ch.QueueDeclare("orders", true, false, false, false, amqp.Table{amqp.QueueTypeArg: amqp.QueueTypeQuorum})
	require.NoError(t, err)
	require.NoError(t, ch.QueueBind("orders", "order.#", "shop", false, nil))
	deliveries, err := ch.Consume("orders", "", true, false, false, false, nil)
	require.NoError(t, err)
	c := &consumer{seen: map[string]int64{}}
	go func() {
		for d := range deliveries {
			c.add(d.Headers["aggregate_id"].(string), d.Headers["sequence"].(int64))
		}
	}()
	return c
}

func (c *consumer) add(aggregate string, sequence int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch last := c.seen[aggregate]; {
	case sequence <= last:
		c.duplicates++
	case sequence == last+1:
		c.seen[aggregate] = sequence
	default:
		c.disorder = append(c.disorder, fmt.Sprintf("%s: %d after %d", aggregate, sequence, last))
		c.seen[aggregate] = sequence
	}
}

func (c *consumer) last(aggregate string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[aggregate]
}

func TestRelayProcesses_KilledAtRandom_LoseNothingAndKeepTheOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	relays := []*exec.Cmd{s.start(t), s.start(t)}
	stop := s.write(t)
	random := rand.New(rand.NewPCG(s.seed, 99))

	for range 12 {
		before := s.count(t, "outbox_events WHERE sent_at IS NOT NULL")
		enough := before + 20 + random.IntN(300)
		require.Eventually(t, func() bool { return s.count(t, "outbox_events WHERE sent_at IS NOT NULL") >= enough }, patience, tick)
		n := random.IntN(2)
		kill(relays[n])
		relays[n] = s.start(t)
	}
	stop()

	s.settle(t)
}

func TestRelayProcess_FrozenPastItsLease_CannotMark(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	relays := []*exec.Cmd{s.start(t), s.start(t)}
	stop := s.write(t)
	owned := func(by *exec.Cmd) string {
		return fmt.Sprintf("outbox_leases WHERE picked_by LIKE '%%/%d/%%' AND expires_at > clock_timestamp()", by.Process.Pid)
	}

	for n := range 6 {
		frozen, other := relays[n%2], relays[(n+1)%2]
		s.eventually(t, 16, owned(frozen))
		s.eventually(t, 16, owned(other))
		require.NoError(t, frozen.Process.Signal(syscall.SIGSTOP))
		at := time.Now()
		s.eventually(t, 32, owned(other))
		require.NoError(t, frozen.Process.Signal(syscall.SIGCONT))
		s.eventually(t, 16, owned(frozen))

		pid := strings.Join([]string{"%/", strconv.Itoa(frozen.Process.Pid), "/%"}, "")
		assert.Zero(t, s.count(t, "outbox_events WHERE picked_by LIKE $1 AND picked_at < $2 AND sent_at > $3", pid, at, at.Add(shortLease)),
			"events that were claimed under a lease were marked after its end")
	}
	stop()

	s.settle(t)
}
