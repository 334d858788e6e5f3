package stagetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/layers"
)

const newService = "shipping"

// A team's own repository has a copy of the stage with the tools inside, and nothing else of this repository. In it, a service from the template passes
// what the other services pass: it compiles, keeps the layering rules and the linters, is in every list of services, and passes its tests
// on a real database.
func TestNewService_InACopyOfTheStage_PassesWhatOtherServicesPass(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a stage, and needs PostgreSQL")
	}
	t.Parallel()
	s := copyWithNewService(t)

	inCopy(t, s.dir, "go", "vet", "./"+newService+"/...", "./platform/mtls/...")
	assert.Contains(t, inCopy(t, s.dir, "make", "--dry-run", "build"), "./"+newService+"/cmd/"+newService)
	rules, err := layers.Load(filepath.Join(root, "layers.yaml"))
	require.NoError(t, err)
	problems, err := rules.Check(s.dir)
	require.NoError(t, err)
	assert.Empty(t, problems)
	s.lint(t, "./"+newService+"/...", "./platform/mtls/cmd/devcerts")
	inCopy(t, s.dir, "go", "tool", "-modfile="+filepath.Join(s.dir, "tools/go.mod"), "buf", "lint")
	s.judgeManifests(t)

	assert.Contains(t, s.stores, newService)
	assert.Equal(t, s.variablesInCode(t), s.variablesInReadme(t), "expected is what the config structs say, actual what the README says")
	for _, service := range s.stores {
		assert.Equal(t, atlasSum(s.migrations(t, service)), s.read(t, service+"/db/migrations/atlas.sum"))
	}
	s.assertScrapesWhatRuns(t)
	s.testOnServers(t, "./"+newService+"/...")
}

// Generating it again must change nothing: the first service stays as it is.
func copyWithNewService(t *testing.T) stage {
	t.Helper()
	all := stages(t)
	dir := filepath.Join(t.TempDir(), "shop")
	require.NoError(t, os.CopyFS(dir, os.DirFS(all[len(all)-1].dir)))
	tools, err := filepath.Abs(filepath.Join(root, "tools"))
	require.NoError(t, err)
	require.NoError(t, os.Symlink(tools, filepath.Join(dir, "tools")))
	inCopy(t, dir, "make", "new-service", "NAME="+newService)
	again := exec.CommandContext(t.Context(), "make", "new-service", "NAME="+newService)
	again.Dir = dir
	output, err := again.CombinedOutput()
	require.Error(t, err, "a service must not be written twice")
	assert.Contains(t, string(output), newService+" exists")
	return stageIn(t, dir)
}

// judgeManifests sets no flags for the go command: with those of `make test` Kubernetes, which is large, is compiled already.
func (s stage) judgeManifests(t *testing.T) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "make", "manifests")
	command.Dir, command.Env = s.dir, append(os.Environ(), "GOWORK=off")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

func (s stage) lint(t *testing.T, packages ...string) {
	t.Helper()
	config, err := filepath.Abs(filepath.Join(root, ".golangci.yml"))
	require.NoError(t, err)
	args := append([]string{"tool", "-modfile=" + filepath.Join(s.dir, "tools/lint/go.mod"), "golangci-lint", "run", "--allow-parallel-runners", "--config", config}, packages...)
	inCopy(t, s.dir, "go", args...)
}

// testOnServers runs tests of the stage on PostgreSQL.
func (s stage) testOnServers(t *testing.T, packages ...string) {
	t.Helper()
	repository, err := filepath.Abs(root)
	require.NoError(t, err)
	servers, err := infra.Ensure(t.Context(), repository, infra.Need{Postgres: true}, func(line string) { t.Log(line) })
	require.NoError(t, err)
	t.Cleanup(servers.Close)
	command := exec.CommandContext(t.Context(), "go", append([]string{"test"}, packages...)...)
	command.Dir = s.dir
	command.Env = append(append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly -trimpath", "STAGECRAFT_REQUIRE_SERVERS=1"), servers.Variables()...)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}
