package infra

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/proc"
)

// external runs the shared servers under their own URLs, as those of another owner.
func setExternal(t *testing.T) {
	s := ensure(t, sharedRoot, all)
	t.Setenv("STAGECRAFT_POSTGRES_URL", s.session.endpoints[postgresName].URL)
	t.Setenv("STAGECRAFT_RABBITMQ_URL", s.session.endpoints[rabbitName].URL)
	t.Setenv("STAGECRAFT_RABBITMQ_API", s.session.endpoints[rabbitName].API)
	own, release, err := s.redis.lease(t.Context())
	require.NoError(t, err)
	t.Cleanup(release)
	t.Setenv("STAGECRAFT_REDIS_URL", own)
}

func TestExternalServers(t *testing.T) {
	setExternal(t)
	root := t.TempDir()
	s := ensure(t, root, all)
	require.Equal(t, "external", s.Provider)
	require.NoFileExists(t, place{root}.statePath(), "nothing is started beside them")
	spec := LeaseSpec{Databases: []DatabaseSpec{{"order_db", someMigrations}}, Redis: true, Vhost: true}
	first, err := s.Lease(t.Context(), spec)
	require.NoError(t, err)
	second, err := s.Lease(t.Context(), spec)
	require.NoError(t, err)
	require.NotEqual(t, first.RedisURL, second.RedisURL)
	require.NoError(t, s.Healthy(t.Context()))
	require.NoError(t, first.Close(t.Context()))
	require.NoError(t, second.Close(t.Context()))
	for _, server := range Doctor(t.Context(), root).Servers {
		require.True(t, server.OK, "%+v", server)
	}
}

func TestBrokenExternalIsLoud(t *testing.T) {
	setExternal(t)
	dead, err := proc.FreePort()
	require.NoError(t, err)
	address := func(scheme string) string {
		return scheme + "://who:secretword@" + net.JoinHostPort("127.0.0.1", strconv.Itoa(dead)) + "/"
	}
	for variable, scheme := range map[string]string{"STAGECRAFT_POSTGRES_URL": "postgres", "STAGECRAFT_RABBITMQ_URL": "amqp", "STAGECRAFT_REDIS_URL": "redis"} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, address(scheme))
			_, err := Ensure(t.Context(), t.TempDir(), all, func(string) {})
			var fault *Fault
			require.ErrorAs(t, err, &fault)
			require.Contains(t, err.Error(), variable)
			require.NotContains(t, err.Error(), "secretword")
			report := Doctor(t.Context(), t.TempDir())
			require.NotEmpty(t, report.Next)
		})
	}
	t.Run("missing", func(t *testing.T) {
		t.Setenv("STAGECRAFT_REDIS_URL", "")
		_, err := Ensure(t.Context(), t.TempDir(), all, func(string) {})
		require.ErrorContains(t, err, "STAGECRAFT_REDIS_URL is not set")
	})
}

// hidePrograms makes this machine one without servers.
func hidePrograms(t *testing.T) {
	before := searchPatterns
	searchPatterns = func(string) []string { return nil }
	t.Cleanup(func() { searchPatterns = before })
}

// fakeEngine answers as a container engine that has no image and cannot pull any.
func fakeEngine(t *testing.T) {
	dir, err := os.MkdirTemp("", "engine-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "docker.sock")
	listener, err := net.Listen("unix", socket)
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.47")
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/_ping"):
			_, _ = w.Write([]byte("OK"))
		case strings.HasSuffix(r.URL.Path, "/info"):
			_, _ = w.Write([]byte("{}"))
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"message":"no route to the registry"}`))
		}
	}))
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	t.Setenv("DOCKER_HOST", "unix://"+socket)
}

func TestEngineThatCannotPullFallsThroughAndSaysSo(t *testing.T) {
	hidePrograms(t)
	fakeEngine(t)
	var said []string
	say := func(line string) { said = append(said, line) }
	err := dockerUsable(t.Context(), all, say)
	var fault *Fault
	require.ErrorAs(t, err, &fault)
	require.ErrorContains(t, err, "cannot pull postgres:17")
	require.Contains(t, said[0], "pulling postgres:17")

	said = nil
	t.Setenv("PATH", t.TempDir()) // No package manager either.
	_, err = chooseProvider(t.Context(), place{t.TempDir()}, all, "", say)
	require.ErrorAs(t, err, &fault)
	require.NotEmpty(t, fault.Next)
	require.Contains(t, strings.Join(said, "\n"), "cannot pull postgres:17")
}

func TestNoEngineIsFoundQuickly(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix:///does/not/exist.sock")
	begin := time.Now()
	_, err := engine(t.Context())
	require.ErrorIs(t, err, errNoEngine)
	require.Less(t, time.Since(begin), 3*time.Second)
}

func TestNothingInstalledNamesTheCommand(t *testing.T) {
	hidePrograms(t)
	t.Setenv("DOCKER_HOST", "unix:///does/not/exist.sock")
	report := Doctor(t.Context(), t.TempDir())
	require.Empty(t, report.Provider)
	require.Contains(t, report.Next, "install")
	for _, server := range report.Servers {
		require.False(t, server.OK)
		require.NotEmpty(t, server.Next)
	}
	_, err := newNativeForTest(t).launch(t.Context(), redisName, func(string) {})
	var fault *Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, "Redis is not installed", fault.What)
}

func newNativeForTest(t *testing.T) *native {
	p, err := newPlace(t.TempDir())
	require.NoError(t, err)
	n, err := newNative(p, "")
	require.NoError(t, err)
	t.Cleanup(n.stop)
	return n
}

// The port is free when it is chosen and taken when the server starts.
func TestTakenPortIsReplaced(t *testing.T) {
	t.Parallel()
	n := newNativeForTest(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	found := findPrograms(t.Context(), "").found[postgresName]
	n.postgres, err = n.preparePostgres(t.Context(), found, func(string) {})
	require.NoError(t, err)
	n.postgres.port = taken.Addr().(*net.TCPAddr).Port
	run, err := n.launch(t.Context(), postgresName, func(string) {})
	require.NoError(t, err)
	require.NotEqual(t, taken.Addr().(*net.TCPAddr).Port, n.postgres.port)
	require.NotEmpty(t, run.endpoint.URL)
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	fault := startFault(postgresName, "FATAL:  could not write to file: No space left on device", "log")
	require.Contains(t, fault.What, "the disk is full")
	require.NotEmpty(t, fault.Next)
	if os.Getuid() != 0 {
		t.Skip("a file system of its own needs root")
	}
	small := t.TempDir()
	if err := mountSmall(small); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = unmount(small) })
	_, err := Ensure(t.Context(), small, Need{Postgres: true}, func(string) {})
	require.ErrorContains(t, err, "nearly full")
}
