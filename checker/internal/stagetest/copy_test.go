package stagetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A stage needs nothing of the repository: a copy of its directory alone builds, and so do its tests.
func TestStage_CopiedOutOfTheRepository_BuildsAndVets(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a whole stage")
	}
	eachStage(t, func(t *testing.T, s stage) {
		dir := filepath.Join(t.TempDir(), "copy")
		require.NoError(t, os.CopyFS(dir, os.DirFS(s.dir)))
		inCopy(t, dir, "go", "build", "./...")
		inCopy(t, dir, "go", "vet", "./...")
		commands := inCopy(t, dir, "make", "--dry-run", "build", "test")
		assert.NotContains(t, commands, "tools/", "make build and make test use the tools of the repository")
	})
}

func inCopy(t *testing.T, dir, name string, args ...string) (output string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly -trimpath")
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, out)
	return string(out)
}
