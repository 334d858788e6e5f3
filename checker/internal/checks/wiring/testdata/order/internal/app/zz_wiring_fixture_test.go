package app_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/fx"
	"go.uber.org/fx/fxevent"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"shop/order/db"
	"shop/order/internal/app"
	"shop/order/internal/config"
	shopconfig "shop/platform/config"
)

// zzwStuck is how long to wait for what should happen at once. It is long, because no check here is about speed.
const zzwStuck = 20 * time.Second

// zzwService is the order service in this process.
type zzwService struct {
	t       *testing.T
	app     *fx.App
	env     map[string]string
	cfg     config.Config
	observe *pgx.Conn

	mu     sync.Mutex
	hooks  map[string]int // hooks of the stop that were appended and have not run yet, by their caller and name
	failed []string       // hooks whose stop returned an error
}

// zzwNew makes a service that is not started, on an empty database with the tables of order.
func zzwNew(t *testing.T, change map[string]string) *zzwService {
	t.Helper()
	s := &zzwService{t: t, env: zzwEnvironment(t), hooks: map[string]int{}}
	var err error
	if s.observe, err = pgx.Connect(context.Background(), s.env["DATABASE_URL"]); err != nil {
		t.Skipf("connect to the database: %v", err)
	}
	t.Cleanup(func() { _ = s.observe.Close(context.Background()) })
	s.migrate()
	for name, value := range map[string]string{
		"ORDER_ADDR": zzwFree(t), "METRICS_ADDR": zzwFree(t), "INVENTORY_TARGET": "127.0.0.1:1", "WALLET_TARGET": "127.0.0.1:1",
		"DB_STATEMENT_TIMEOUT": "2m", "SAGA_SCAN_QUERY_TIMEOUT": "2m", "PROCESSED_EVENTS_PRUNE_TIMEOUT": "2m",
		"SAGA_SCAN_INTERVAL": "50ms", "PROCESSED_EVENTS_PRUNE_INTERVAL": "50ms",
		"STARTUP_TIMEOUT": "10s", "SHUTDOWN_TIMEOUT": "10s", "GRPC_DRAIN_TIMEOUT": "300ms", "METRICS_TIMEOUT": "1m", "METRICS_DRAIN_TIMEOUT": "300ms",
		"DB_CLOSE_TIMEOUT": "1s", "LOG_LEVEL": "error", "REDIS_URL": "", "OTEL_EXPORTER_OTLP_ENDPOINT": "",
	} {
		s.env[name] = value
	}
	for name, value := range change {
		s.env[name] = value
	}
	for name, value := range s.env {
		t.Setenv(name, value)
	}
	var cfg config.Config
	if err := shopconfig.Load(&cfg); err != nil {
		t.Skipf("read the environment: %v", err)
	}
	s.cfg = cfg
	return s
}

// assemble makes the application, as lifecycle.Main does. It reports whether that ended within STARTUP_TIMEOUT.
func (s *zzwService) assemble() bool {
	s.t.Helper()
	made := make(chan *fx.App, 1)
	go func() { made <- fx.New(app.Options(s.cfg), fx.WithLogger(func() fxevent.Logger { return s })) }()
	select {
	case s.app = <-made:
	case <-time.After(10 * time.Second):
		return false
	}
	if err := s.app.Err(); err != nil {
		zzwFail(s.t, "graph", "the service cannot be put together", "fx.New without an error", err.Error(), "A provider is missing, or provided twice.")
	}
	return true
}

// LogEvent implements fxevent.Logger: it follows the hooks of the stop.
func (s *zzwService) LogEvent(event fxevent.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := event.(type) {
	case *fxevent.OnStopExecuting:
		s.hooks[e.FunctionName+" of "+e.CallerName]++
	case *fxevent.OnStopExecuted:
		s.hooks[e.FunctionName+" of "+e.CallerName]--
		if e.Err != nil {
			s.failed = append(s.failed, fmt.Sprintf("%s of %s: %v", e.FunctionName, e.CallerName, e.Err))
		}
	}
}

// start makes and starts the service as lifecycle.Main does: the context ends when the start has ended.
func (s *zzwService) start() error {
	s.t.Helper()
	if !s.assemble() {
		return errors.New("fx.New has not returned within STARTUP_TIMEOUT")
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.app.StartTimeout())
	defer cancel()
	return s.app.Start(ctx)
}

// started starts the service, and stops it at the end of the test.
func (s *zzwService) started() {
	s.t.Helper()
	if err := s.start(); err != nil {
		zzwFail(s.t, "start", "the service does not start", "a start without an error", err.Error(), "Everything that it needs is there.")
	}
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), zzwStuck)
		defer cancel()
		_ = s.app.Stop(ctx)
	})
}

// stop stops the service as lifecycle.Main does.
func (s *zzwService) stop() (took time.Duration, err error) {
	if s.app == nil {
		return 0, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.app.StopTimeout())
	defer cancel()
	began := time.Now()
	err = s.app.Stop(ctx)
	return time.Since(began), err
}

// end ends the service at the end of a part of a test.
func (s *zzwService) end() {
	_, _ = s.stop()
	_ = s.observe.Close(context.Background())
}

func (s *zzwService) exec(sql string) {
	s.t.Helper()
	if _, err := s.observe.Exec(context.Background(), sql); err != nil {
		s.t.Skipf("%s: %v", sql, err)
	}
}

// lock holds a table until unlock.
func (s *zzwService) lock(table string) {
	s.exec("BEGIN; LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE")
}

func (s *zzwService) unlock() { s.exec("ROLLBACK") }

// waiting is how many connections of the service wait for the table.
func (s *zzwService) waiting(table string) (n int) {
	s.t.Helper()
	err := s.observe.QueryRow(context.Background(),
		`SELECT count(DISTINCT pid) FROM pg_locks WHERE relation = $1::regclass AND NOT granted`, table).Scan(&n)
	if err != nil {
		s.t.Skipf("read the locks: %v", err)
	}
	return n
}

// connections is how many connections the service has.
func (s *zzwService) connections() (n int) {
	s.t.Helper()
	err := s.observe.QueryRow(context.Background(),
		`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`).Scan(&n)
	if err != nil {
		s.t.Skipf("read the connections: %v", err)
	}
	return n
}

// await waits until it has happened, and reports whether it did.
func (s *zzwService) await(happened func() bool) bool {
	for deadline := time.Now().Add(zzwStuck); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if happened() {
			return true
		}
	}
	return false
}

// health asks the service for its health.
func (s *zzwService) health() (healthpb.HealthClient, *grpc.ClientConn) {
	conn, err := grpc.NewClient(s.env["ORDER_ADDR"], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		s.t.Skipf("make a client: %v", err)
	}
	return healthpb.NewHealthClient(conn), conn
}

// serving reports whether the service answers SERVING.
func (s *zzwService) serving() bool {
	client, conn := s.health()
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), zzwStuck)
	defer cancel()
	answer, err := client.Check(ctx, &healthpb.HealthCheckRequest{})
	return err == nil && answer.GetStatus() == healthpb.HealthCheckResponse_SERVING
}

// migrate makes the tables anew.
func (s *zzwService) migrate() {
	s.t.Helper()
	s.exec("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	files, err := fs.Glob(db.Migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		s.t.Skipf("list the migrations: %v", err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(db.Migrations, file)
		if err != nil {
			s.t.Skipf("read a migration: %v", err)
		}
		statements := []string{string(text)}
		if strings.HasPrefix(string(text), "-- atlas:txmode none") { // each statement by itself
			statements = strings.SplitAfter(string(text), ";\n")
		}
		for _, statement := range statements {
			s.exec(statement)
		}
	}
}

// zzwFree is an address that was free a moment ago.
func zzwFree(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("find a free port: %v", err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func zzwEnvironment(t *testing.T) (env map[string]string) {
	t.Helper()
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	name, _, _ := strings.Cut(t.Name()[max(0, strings.Index(t.Name(), "TestZZ")):], "/")
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-wiring-%x", sha256.Sum256([]byte(dir+"#"+name)))))
	if err == nil {
		err = json.Unmarshal(text, &env)
	}
	if err != nil {
		t.Skipf("the environment of the service: %v", err)
	}
	return env
}

func zzwFail(t *testing.T, id, sentence, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
