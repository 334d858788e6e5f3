package inbox_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"

	"shop/platform/config"
	"shop/platform/idempotencystore"
	"shop/platform/inbox"
	"shop/platform/messaging"
	"shop/platform/postgres"
)

// zziStuck is how long to wait for what should happen at once. It is long, because no check here is about speed.
const zziStuck = 20 * time.Second

// zziTTL is not the default.
const zziTTL = 37 * time.Minute

var (
	errZZI      = errors.New("the handler has failed")
	errZZIRedis = &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
)

// The trigger lets a test hold a transaction in its commit: the observer has the advisory lock.
const zziSchema = `
CREATE TABLE processed_events (
	scope text, key text, request_hash bytea NOT NULL, result jsonb, created_at timestamptz DEFAULT now(), PRIMARY KEY (scope, key)
);
CREATE TABLE effects (message text, consumer text, held bool);
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON effects DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.held) EXECUTE FUNCTION hold()`

// zziShop is a database and a Redis that processes share.
type zziShop struct {
	t       *testing.T
	observe *pgx.Conn
	redis   *redis.Client // of the test, past the processes
	mu      sync.Mutex    // of observe
}

func zziNew(t *testing.T) *zziShop {
	t.Helper()
	s := &zziShop{t: t}
	var err error
	if s.observe, err = pgx.Connect(context.Background(), zziAddress(t, 1)); err != nil {
		t.Skipf("connect to the database: %v", err)
	}
	s.exec("DROP SCHEMA public CASCADE; CREATE SCHEMA public;" + zziSchema)
	s.redis = zziClient(t)
	s.flush()
	t.Cleanup(func() { _ = s.observe.Close(context.Background()) })
	return s
}

func (s *zziShop) exec(sql string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.observe.Exec(context.Background(), sql, args...); err != nil {
		s.t.Skipf("%s: %v", sql, err)
	}
}

func (s *zziShop) number(sql string, args ...any) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.observe.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		s.t.Skipf("%s: %v", sql, err)
	}
	return n
}

// effects is how often the message has had its effect, as committed.
func (s *zziShop) effects(m messaging.Message) int {
	return s.number(`SELECT count(*) FROM effects WHERE message = $1`, m.ID)
}

// flush is what a restart of a Redis without persistence does.
func (s *zziShop) flush() {
	if err := s.redis.FlushDB(context.Background()).Err(); err != nil {
		s.t.Skipf("flush Redis: %v", err)
	}
}

// waitsForLock reports whether a transaction waits for another one.
func (s *zziShop) waitsForLock() bool {
	return s.number(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) > 0
}

// await waits until it has happened, and says what it waits for when it never is.
func (s *zziShop) await(what string, happened func() bool) bool {
	for deadline := time.Now().Add(zziStuck); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if happened() {
			return true
		}
	}
	s.t.Logf("waited %v in vain: %s", zziStuck, what)
	return false
}

// zziProcess is a service with connections of its own.
type zziProcess struct {
	shop  *zziShop
	pool  *pgxpool.Pool
	inbox *inbox.Inbox

	mu     sync.Mutex
	down   bool // no command reaches Redis
	sent   int  // commands, also those that failed
	passed int  // commands that reached Redis
}

func (s *zziShop) process(change func(*inbox.Config)) *zziProcess {
	s.t.Helper()
	pool, err := postgres.NewPool(context.Background(), postgres.Config{
		URL: config.Secret(zziAddress(s.t, 1)), MaxConns: 6, StatementTimeout: time.Minute, ConnectTimeout: time.Minute, ConnLifetime: time.Hour,
	})
	if err != nil {
		s.t.Skipf("make a pool: %v", err)
	}
	s.t.Cleanup(func() { go pool.Close() }) // it waits for connections that were not given back
	p := &zziProcess{shop: s, pool: pool}
	client := zziClient(s.t)
	client.AddHook(p)
	cfg := inbox.Config{Redis: true, FlagTTL: zziTTL, RedisPause: time.Hour}
	if change != nil {
		change(&cfg)
	}
	p.inbox = inbox.New(cfg, postgres.NewTxManager(pool), idempotencystore.New(pool), client, zap.NewNop())
	return p
}

// zziClient makes a client as platform/redis does, but with timeouts that are longer than any check.
func zziClient(t *testing.T) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(zziAddress(t, 0))
	if err != nil {
		t.Skipf("address of Redis: %v", err)
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = time.Minute, time.Minute, time.Minute, time.Minute
	options.ContextTimeoutEnabled, options.MaxRetries, options.DialerRetries = true, -1, 1
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// DialHook implements redis.Hook.
func (p *zziProcess) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (p *zziProcess) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		if err := p.send(command); err != nil {
			command.SetErr(err)
			return err
		}
		return next(ctx, command)
	}
}

// ProcessPipelineHook implements redis.Hook.
func (p *zziProcess) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		if err := p.send(commands...); err != nil {
			for _, command := range commands {
				command.SetErr(err)
			}
			return err
		}
		return next(ctx, commands)
	}
}

// send counts the commands. Those with which the library sets up a connection do not count.
func (p *zziProcess) send(commands ...redis.Cmder) error {
	if slices.Contains([]string{"hello", "client", "auth", "select", "ping", "command", "readonly"}, strings.ToLower(commands[0].Name())) {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent++
	if p.down {
		return errZZIRedis
	}
	p.passed++
	return nil
}

// cut lets Redis fail for this process, as its death does.
func (p *zziProcess) cut(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

func (p *zziProcess) commands() (sent, passed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent, p.passed
}

// handler has one effect for each call; during is called after it, inside the transaction.
func (p *zziProcess) handler(consumer string, during func() error) messaging.Handler {
	return p.inbox.Wrap(consumer, func(ctx context.Context, m messaging.Message) error {
		if err := p.effect(ctx, m, consumer, false); err != nil || during == nil {
			return err
		}
		return during()
	})
}

func (p *zziProcess) effect(ctx context.Context, m messaging.Message, consumer string, held bool) error {
	_, err := postgres.GetDBTX(ctx, p.pool).Exec(ctx, `INSERT INTO effects VALUES ($1, $2, $3)`, m.ID, consumer, held)
	return err
}

// deliver delivers the message once. The test ends when there is no answer.
func (p *zziProcess) deliver(m messaging.Message) error {
	p.shop.t.Helper()
	return p.shop.answer(p.start(p.handler("replies", nil), m))
}

// start delivers in the background.
func (p *zziProcess) start(handle messaging.Handler, m messaging.Message) <-chan error {
	answers := make(chan error, 1)
	go func() {
		defer func() {
			if panicked := recover(); panicked != nil {
				answers <- fmt.Errorf("panic: %v", panicked)
			}
		}()
		answers <- handle(context.Background(), m)
	}()
	return answers
}

func (s *zziShop) answer(answers <-chan error) error {
	s.t.Helper()
	select {
	case err := <-answers:
		return err
	case <-time.After(zziStuck):
		zziFail(s.t, "stuck", "a delivery is not answered",
			"an answer, after the transactions of others at the latest", fmt.Sprintf("none for %v", zziStuck),
			"A handler that waits occupies a worker of the consumer, and the queue behind it grows.")
		return nil
	}
}

func zziMessage() messaging.Message { return messaging.Message{ID: rand.Text()} }

// zziAddress returns the address of Redis (0) or of the database (1).
func zziAddress(t *testing.T, which int) string {
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	name, _, _ := strings.Cut(t.Name()[max(0, strings.Index(t.Name(), "TestZZ")):], "/")
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-inbox-%x", sha256.Sum256([]byte(dir+"#"+name)))))
	if err != nil {
		t.Skipf("addresses of the servers: %v", err)
	}
	return strings.Split(string(text), "\n")[which]
}

func zziFail(t *testing.T, id, sentence, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
