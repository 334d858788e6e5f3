package deploy_test

import (
	"crypto/sha256"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/db"
	"shop/platform/postgrestest"
)

// compile builds a program as the Dockerfile does, whose line with the flags it reads.
func compile(t *testing.T, source, pkg, out string) {
	t.Helper()
	dockerfile, err := os.ReadFile("../Dockerfile")
	require.NoError(t, err)
	const env = `ENV CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false" GOTOOLCHAIN=local`
	const flags = `-ldflags="-s -w -buildid="`
	require.Contains(t, string(dockerfile), env, "the Dockerfile has other flags: adapt this test")
	require.Contains(t, string(dockerfile), flags, "the Dockerfile has other flags: adapt this test")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w -buildid=", "-o", out, pkg)
	build.Dir = source
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath -buildvcs=false", "GOTOOLCHAIN=local", "GOOS=linux")
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// The directory, the cache and the time differ; the bits must not.
func TestImage_BuiltTwice_IsTheSame(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles a program twice")
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	require.NoError(t, os.Mkdir(elsewhere, 0o755))
	for _, name := range []string{"go.mod", "go.sum", "platform"} {
		require.NoError(t, exec.CommandContext(t.Context(), "cp", "-R", filepath.Join("..", name), elsewhere).Run())
	}
	var sums []string
	for _, source := range []string{"..", elsewhere} {
		out := filepath.Join(t.TempDir(), "migrate")
		compile(t, source, "./platform/migration/cmd/migrate", out)
		sums = append(sums, sum(t, out))
	}
	assert.Equal(t, sums[0], sums[1], "a build in another directory gives other bits")
}

func sum(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	_, err = io.Copy(hash, file)
	require.NoError(t, err)
	return string(hash.Sum(nil))
}

// What is in the image is enough: the programs start in a root that holds nothing else, cannot be written to, and belongs to root.
func TestImage_ReadOnlyRootWithoutRoot_Starts(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("needs the namespaces of Linux")
	}
	root := t.TempDir()
	require.NoError(t, os.Chmod(root, 0o755))
	compile(t, "..", "./platform/migration/cmd/migrate", filepath.Join(root, "migrate"))
	compile(t, "..", "./inventory/cmd/inventory", filepath.Join(root, "inventory"))
	require.NoError(t, os.CopyFS(filepath.Join(root, "migrations"), db.Migrations))
	if output, err := contained(t, root, "", "/none"); strings.Contains(output, "unshare:") {
		t.Skipf("this machine does not let this user make a namespace: %v: %s", err, output)
	}

	url := postgrestest.NewURL(t, os.DirFS(t.TempDir()))
	output, err := contained(t, root, "DATABASE_URL="+url, "/migrate", "/migrations/migrations")
	require.NoError(t, err, "%s", output)
	assert.Contains(t, output, "applied ")
	output, err = contained(t, root, "DATABASE_URL="+url, "/inventory")
	require.Error(t, err, "it has no complete configuration")
	assert.Contains(t, output, "REDIS_URL is required")
}

// contained runs a program of the directory as an image of a cluster does.
func contained(t *testing.T, root, env string, command ...string) (string, error) {
	t.Helper()
	namespaces, user := "--mount --map-root-user", "" // to the machine it is the user who runs the test
	if os.Geteuid() == 0 {
		namespaces, user = "--mount", "--userspec=65532:65532"
	}
	script := `mount --bind "$ROOT" "$ROOT" && mount -o remount,bind,ro "$ROOT" && exec chroot ` + user + ` "$ROOT" "$@"`
	args := append(strings.Fields(namespaces), "sh", "-c", script, "sh")
	cmd := exec.CommandContext(t.Context(), "unshare", append(args, command...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "ROOT=" + root}
	if env != "" {
		cmd.Env = append(cmd.Env, env)
	}
	output, err := cmd.CombinedOutput()
	return string(output), err
}
