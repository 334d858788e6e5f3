package infra

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// sharedRoot has servers that all tests use which do not harm them.
var sharedRoot string

const victimVariable = "INFRA_TEST_VICTIM"

func TestMain(m *testing.M) {
	if root := os.Getenv(victimVariable); root != "" {
		victim(root)
		return
	}
	for _, name := range []string{"STAGECRAFT_INFRA", "STAGECRAFT_POSTGRES_URL", "STAGECRAFT_REDIS_URL", "STAGECRAFT_RABBITMQ_URL"} {
		_ = os.Unsetenv(name)
	}
	var err error
	if sharedRoot, err = os.MkdirTemp("", "stagecraft-infra-"); err != nil {
		panic(err)
	}
	_ = os.Chmod(sharedRoot, 0o755)
	s, err := Ensure(context.Background(), sharedRoot, Need{Postgres: true}, func(string) {})
	if err != nil {
		panic(err)
	}
	code := m.Run()
	s.Close()
	_ = Down(context.Background(), sharedRoot)
	_ = os.RemoveAll(sharedRoot)
	os.Exit(code)
}

// victim leases everything, tells its names and waits to be killed.
func victim(root string) {
	ctx := context.Background()
	s, err := Ensure(ctx, root, all, func(string) {})
	if err != nil {
		panic(err)
	}
	lease, err := s.Lease(ctx, LeaseSpec{Databases: []DatabaseSpec{{Name: "order_db", Migrations: someMigrations}}, Redis: true, Vhost: true})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d %s %s\n", s.postgres.run, lease.Databases["order_db"], lease.RedisURL)
	select {}
}

// startVictim returns what it said, and a kill -9 of it.
func startVictim(t *testing.T, root string) (said []string, kill func()) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victimVariable+"="+root)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	kill = sync.OnceFunc(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return strings.Fields(line), kill
}

var someMigrations = fstest.MapFS{
	"20250101000000_first.sql":  {Data: []byte("CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders VALUES (1, 'from the template');")},
	"20250102000000_second.sql": {Data: []byte("-- atlas:txmode none\nCREATE INDEX CONCURRENTLY by_note ON orders (note);\n")},
	"atlas.sum":                 {Data: []byte("not SQL")},
}

func ensure(t *testing.T, root string, need Need) *Servers {
	t.Helper()
	begin := time.Now()
	s, err := Ensure(t.Context(), root, need, func(line string) { t.Log(line) })
	require.NoError(t, err)
	t.Cleanup(s.Close)
	t.Logf("%s in %v", s.Line, time.Since(begin).Round(time.Millisecond))
	return s
}

// ownRoot is a repository whose servers the test may harm.
func ownRoot(t *testing.T) string {
	root := t.TempDir()
	t.Cleanup(func() { require.NoError(t, Down(context.Background(), root)) })
	return root
}

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func count(t *testing.T, conn *pgx.Conn, query string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, conn.QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}

func number(t *testing.T, text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	require.NoError(t, err)
	return n
}
