package infra

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Downloads about 70 MB, so only on request.
func TestBundleOfAMachineWithoutServers(t *testing.T) {
	if os.Getenv("STAGECRAFT_TEST_BUNDLE") == "" {
		t.Skip("set STAGECRAFT_TEST_BUNDLE=1: it downloads packages")
	}
	// Open to PostgreSQL's user when we are root, unlike t.TempDir.
	root, err := os.MkdirTemp("", "stagecraft-bundle-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(root, 0o755))
	t.Cleanup(func() { _ = Down(context.Background(), root); _ = os.RemoveAll(root) })
	p, err := newPlace(root)
	require.NoError(t, err)
	// As if no package of the servers were installed.
	status, err := os.ReadFile("/var/lib/dpkg/status")
	require.NoError(t, err)
	ours := regexp.MustCompile(`(?m)^Package: (postgresql|redis|rabbitmq|erlang|liblua5.1|liblzf|libjemalloc)`)
	var kept []string
	for _, entry := range strings.Split(string(status), "\n\n") {
		if !ours.MatchString(entry) {
			kept = append(kept, entry)
		}
	}
	pretend := filepath.Join(t.TempDir(), "status")
	require.NoError(t, os.WriteFile(pretend, []byte(strings.Join(kept, "\n\n")), 0o644))
	b := bundle{dir: p.bundleDir(), options: []string{"-o", "Dir::State::status=" + pretend}}
	require.NoError(t, b.unpack(t.Context(), apt.names(serverNames)))
	found := findUnder(context.Background(), p.bundleDir())
	require.Empty(t, found.missing(all))
	for _, program := range found.found {
		require.True(t, strings.HasPrefix(program.Path, p.bundleDir()), program.Path)
	}
	t.Setenv("STAGECRAFT_INFRA", "bundle")
	s := ensure(t, root, all)
	require.Equal(t, "bundle", s.Provider)
	lease, err := s.Lease(t.Context(), LeaseSpec{Databases: []DatabaseSpec{{"order_db", someMigrations}}, Redis: true, Vhost: true})
	require.NoError(t, err)
	require.NoError(t, lease.Close(t.Context()))
	require.NoError(t, s.Healthy(t.Context()))
}
