package infra

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

func TestLeasesAreIsolated(t *testing.T) {
	t.Parallel()
	s := ensure(t, sharedRoot, all)
	spec := LeaseSpec{Databases: []DatabaseSpec{{"order_db", someMigrations}, {"wallet_db", nil}}, Redis: true, Vhost: true}
	first, err := s.Lease(t.Context(), spec)
	require.NoError(t, err)
	begin := time.Now()
	second, err := s.Lease(t.Context(), spec)
	require.NoError(t, err)
	t.Logf("lease in %v", time.Since(begin).Round(time.Millisecond))

	one, two := connect(t, first.Databases["order_db"]), connect(t, second.Databases["order_db"])
	_, err = one.Exec(t.Context(), "INSERT INTO orders VALUES (2, 'mine'); ALTER TABLE orders ADD COLUMN more int; CREATE TABLE own ()")
	require.NoError(t, err, "the role owns what the migrations made")
	require.Equal(t, 1, count(t, two, "SELECT count(*) FROM orders"), "the other lease has the template's row alone")

	foreign, err := url.Parse(first.Databases["order_db"])
	require.NoError(t, err)
	other, err := url.Parse(second.Databases["order_db"])
	require.NoError(t, err)
	foreign.Path = other.Path
	_, err = pgx.Connect(t.Context(), foreign.String())
	require.ErrorContains(t, err, "permission denied", "a role connects to its own database only")

	for i, lease := range []*Lease{first, second} {
		options, err := redis.ParseURL(lease.RedisURL)
		require.NoError(t, err)
		client := redis.NewClient(options)
		set, err := client.SetNX(t.Context(), "key", i, 0).Result()
		require.NoError(t, err)
		require.True(t, set, "no lease sees the other's key")
		require.NoError(t, client.Close())

		conn, err := amqp.Dial(lease.AMQPURL)
		require.NoError(t, err)
		channel, err := conn.Channel()
		require.NoError(t, err)
		_, err = channel.QueueDeclarePassive("queue", true, false, false, false, nil)
		require.Error(t, err, "no lease sees the other's queue")
		channel, err = conn.Channel()
		require.NoError(t, err)
		_, err = channel.QueueDeclare("queue", true, false, false, false, nil)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	}
	require.NoError(t, s.Healthy(t.Context()))
}

func TestClosedLeaseIsRemoved(t *testing.T) {
	t.Parallel()
	s := ensure(t, sharedRoot, all)
	lease, err := s.Lease(t.Context(), LeaseSpec{Databases: []DatabaseSpec{{"order_db", nil}}, Redis: true, Vhost: true})
	require.NoError(t, err)
	connect(t, lease.Databases["order_db"]) // An open connection does not keep it.
	require.NoError(t, lease.Close(t.Context()))
	require.NoError(t, lease.Close(t.Context()), "a second close is harmless")
	s.background.Wait()
	require.Empty(t, leftovers(t, s, s.postgres.run))
	require.NoError(t, s.Healthy(t.Context()), "a Redis that was given back is not missed")
}

// leftovers are the databases, roles and vhosts of a run.
func leftovers(t *testing.T, s *Servers, run uint32) []string {
	rows, err := s.postgres.pool.Query(t.Context(), `SELECT datname FROM pg_database WHERE starts_with(datname, $1)
		UNION ALL SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1)`, runName(run))
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	byRun, err := s.rabbit.runs(t.Context())
	require.NoError(t, err)
	return append(names, byRun[run]...)
}

func TestKilledCheckersLeasesAreCollected(t *testing.T) {
	t.Parallel()
	s := ensure(t, sharedRoot, all)
	said, kill := startVictim(t, sharedRoot)
	run, known := runOf(strings.TrimPrefix(mustURL(t, said[1]).Path, "/"))
	require.True(t, known)
	s.collect(t.Context())
	require.Len(t, leftovers(t, s, run), 4, "database, role, vhost and user of a living run stay")
	options, err := redis.ParseURL(said[2])
	require.NoError(t, err)
	options.MaxRetries, options.DialerRetries = -1, 1
	client := redis.NewClient(options)
	defer client.Close()
	require.NoError(t, client.Ping(t.Context()).Err())

	kill()

	require.Eventually(t, func() bool { return client.Ping(t.Context()).Err() != nil }, 3*time.Second, 10*time.Millisecond, "its Redis dies with it")
	require.Eventually(t, func() bool {
		s.collect(t.Context())
		return len(leftovers(t, s, run)) == 0
	}, 5*time.Second, 20*time.Millisecond)
}

func mustURL(t *testing.T, address string) *url.URL {
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	return parsed
}

func TestRefusedMigrationIsNoFault(t *testing.T) {
	t.Parallel()
	s := ensure(t, sharedRoot, Need{Postgres: true})
	wrong := fstest.MapFS{"1.sql": {Data: []byte("CREATE TABLE a ();")}, "2.sql": {Data: []byte("CREATE TABEL b ();")}}
	_, err := s.Lease(t.Context(), LeaseSpec{Databases: []DatabaseSpec{{"order_db", wrong}}})
	var refused *MigrationError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "2.sql", refused.File)
	require.ErrorContains(t, err, "TABEL")
}

func TestSameTemplateMadeByTwoCheckersAtOnce(t *testing.T) {
	t.Parallel()
	unique := fstest.MapFS{"1.sql": {Data: []byte("SELECT 'only in this test'; CREATE TABLE a (); SELECT pg_sleep(0.2);")}}
	results := make(chan error, 4)
	for range cap(results) {
		s := ensure(t, sharedRoot, Need{Postgres: true})
		go func() {
			_, err := s.Lease(context.Background(), LeaseSpec{Databases: []DatabaseSpec{{"order_db", unique}}})
			results <- err
		}()
	}
	for range cap(results) {
		require.NoError(t, <-results)
	}
}

func TestLeaseOfWhatWasNotNeeded(t *testing.T) {
	t.Parallel()
	s := ensure(t, sharedRoot, Need{Postgres: true})
	_, err := s.Lease(t.Context(), LeaseSpec{Vhost: true})
	var fault *Fault
	require.ErrorAs(t, err, &fault)
}

// A checkout may have changed the line ends to CRLF.
func TestMigrations_FileWithCRLF_RunsAsItsFirstLineSays(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"1.sql": {Data: []byte("-- atlas:txmode none\r\nSELECT 1;\r\nSELECT 2;\r\n")}}
	all, err := readMigrations(files)
	require.NoError(t, err)
	require.Len(t, all[0].parts(), 2)
}
