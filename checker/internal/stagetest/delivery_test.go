package stagetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The program that runs workflows takes minutes to build for the first time.
const actVariable = "STAGECRAFT_ACT"

// command stands for make and docker: it records its call, and fails when the call is $BAD.
const command = `#!/bin/sh
if [ "$1" = login ]; then cat >/dev/null; fi
echo "$(basename "$0") $*" >>"$CALLS"
[ "$(basename "$0") $*" != "$BAD" ]
`

// delivered runs the workflow of stage 4 in host mode, with actions, make and docker that do nothing, and returns the calls of the last two.
func delivered(t *testing.T, act, event, bad string) (calls string, err error) {
	t.Helper()
	dir := t.TempDir()
	workflow, err := os.ReadFile("../../../stage4-infra/.github/workflows/delivery.yaml")
	require.NoError(t, err)
	for name, text := range map[string]string{
		"repo/.github/workflows/delivery.yaml": string(workflow),
		"action/action.yml":                    "name: nothing\nruns: {using: composite, steps: [{run: 'true', shell: bash}]}\n",
		"event.json":                           `{"before": "1234", "pull_request": {"base": {"sha": "5678"}}}`,
		"bin/make":                             command,
		"bin/docker":                           command,
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755))
	}
	repo := filepath.Join(dir, "repo")
	for _, args := range [][]string{
		{"init", "--quiet"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "a"},
		{"remote", "add", "origin", "https://github.com/acme/shop"},
	} {
		git := exec.CommandContext(t.Context(), "git", args...)
		git.Dir = repo
		out, err := git.CombinedOutput()
		require.NoError(t, err, string(out))
	}
	args := []string{
		event, "--eventpath", filepath.Join(dir, "event.json"), "--platform", "ubuntu-24.04=-self-hosted", "--pull=false", "--action-offline-mode",
		"--secret", "GITHUB_TOKEN=token", "--secret", "KUBECONFIG=config", "--env", "CALLS=" + filepath.Join(dir, "calls"), "--env", "BAD=" + bad,
	}
	for _, action := range regexp.MustCompile(`uses: (\S+)`).FindAllStringSubmatch(string(workflow), -1) {
		args = append(args, "--local-repository", action[1]+"="+filepath.Join(dir, "action"))
	}
	run := exec.CommandContext(t.Context(), act, args...)
	run.Dir = repo
	run.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "HOME="+dir)
	out, err := run.CombinedOutput()
	t.Log(string(out))
	recorded, readErr := os.ReadFile(filepath.Join(dir, "calls"))
	require.NoError(t, readErr)
	return strings.TrimSpace(string(recorded)), err
}

func TestDelivery_Workflow_StopsAtTheFirstFailure(t *testing.T) {
	if os.Getenv(actVariable) == "" {
		t.Skip(actVariable + " is not set")
	}
	act := filepath.Join(t.TempDir(), "act")
	build := exec.CommandContext(t.Context(), "go", "build", "-modfile=tools/act/go.mod", "-o", act, "github.com/nektos/act")
	build.Dir = "../../.."
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	all := []string{
		"make lint", "make codegen-verify", "make test", "docker compose up --detach --wait postgres", "make migration-safety", "make images",
		"docker login ghcr.io --username nektos/act --password-stdin", "make push", "make deploy OVERLAY=prod",
	}
	calls, err := delivered(t, act, "push", "")
	require.NoError(t, err)
	assert.Equal(t, strings.Join(all, "\n"), calls)

	calls, err = delivered(t, act, "pull_request", "")
	require.NoError(t, err)
	assert.Equal(t, strings.Join(all[:6], "\n"), calls, "a pull request pushes and deploys nothing")

	for i, bad := range all {
		calls, err := delivered(t, act, "push", bad)
		require.Error(t, err, bad)
		assert.Equal(t, strings.Join(all[:i+1], "\n"), calls)
	}
}

// An action is code of someone else's that gets the job's token, so it is pinned by what it contains, and the token is small.
func TestDelivery_Workflow_PinsActionsAndLimitsTokens(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../stage4-infra/.github/workflows/delivery.yaml")
	require.NoError(t, err)
	uses := regexp.MustCompile(`uses: (\S+)`).FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, uses)
	for _, action := range uses {
		assert.Regexp(t, `^[a-z-]+/[a-z-]+@[0-9a-f]{40}$`, action[1])
	}
	assert.Contains(t, string(text), "\npermissions:\n  contents: read\n")
	assert.Equal(t, 1, strings.Count(string(text), ": write"), "only the job that pushes images writes")
	assert.NotRegexp(t, `run:.*\$\{\{`, string(text), "what others may choose comes by the environment, not into the script")
}
