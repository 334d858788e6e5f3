package stagetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The example of docs/decisions/monorepo.md: the parts of a stage as modules, with and without their workspace.
func TestWorkspace_StageSplitIntoModules_BuildsWithAndWithoutIt(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a service")
	}
	t.Parallel()
	all := stages(t)
	dir := filepath.Join(t.TempDir(), "shop")
	split := exec.CommandContext(t.Context(), filepath.Join(root, "tools/workspace/split.sh"), all[len(all)-1].dir, dir)
	output, err := split.CombinedOutput()
	require.NoError(t, err, "%s", output)

	workspace := filepath.Join(dir, "go.work")
	modules := strings.Fields(inModule(t, dir, workspace, "list", "-m"))
	require.Len(t, modules, 7)
	for _, module := range modules {
		part := filepath.Join(dir, strings.TrimPrefix(module, "shop/"))
		for _, setting := range []string{workspace, "off"} {
			// -e lists a package that no module has, with its error.
			missing := inModule(t, part, setting, "list", "-e", "-test", "-deps", "-f", "{{if .Error}}{{.Error}}{{end}}", "./...")
			assert.Empty(t, strings.TrimSpace(missing), "%s with GOWORK=%s", module, setting)
		}
	}
	inModule(t, filepath.Join(dir, "wallet"), workspace, "build", "./...")
	inModule(t, filepath.Join(dir, "wallet"), "off", "build", "./...")
	inModule(t, dir, workspace, "test", "./platform/errs", "./order/internal/domain")

	// A change of a shared module reaches the others at once, without a release.
	file := filepath.Join(dir, "platform/errs/code.go")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), "InvalidInput", "BadInput", 1)), 0o644))
	broken := exec.CommandContext(t.Context(), "go", "build", "./wallet/internal/usecase")
	broken.Dir, broken.Env = dir, append(os.Environ(), "GOWORK="+workspace, "GOFLAGS=-mod=readonly -trimpath")
	output, err = broken.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(output), "InvalidInput")
}

func inModule(t *testing.T, dir, workspace string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir, command.Env = dir, append(os.Environ(), "GOWORK="+workspace, "GOFLAGS=-mod=readonly -trimpath")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "GOWORK=%s go %v: %s", workspace, args, output)
	return string(output)
}
