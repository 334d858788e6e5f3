package deploy_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kubectl records its calls in $STATE/calls, and fails when one contains the text in $FAIL. Its cluster has the Deployments order and
// wallet; a release changes order alone.
const kubectl = `#!/bin/sh
echo "$*" >>"$STATE/calls"
if [ -n "${FAIL:-}" ]; then
	case "$*" in *"$FAIL"*) exit 1 ;; esac
fi
case "$*" in
"kustomize "*) cat "$2/kustomization.yaml" ;;
"apply --selector app.kubernetes.io/component!=migration"*) touch "$STATE/applied" ;;
"rollout undo "*) rm -f "$STATE/applied" ;;
"get deployments "*) printf 'order\nwallet\n' ;;
"get deployment order "*"{.spec.template}"*) if [ -e "$STATE/applied" ]; then echo new; else echo old; fi ;;
"get deployment wallet "*"{.spec.template}"*) echo same ;;
*revision*) echo 7 ;;
*spec.replicas*) echo 2 ;;
esac
`

const (
	bad   = `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0.2"]}]}}`
	empty = `{"status":"success","data":{"resultType":"vector","result":[]}}`
)

type release struct {
	violated, measured func(check int64) string // Prometheus's answers; "" is an error
	fail               string                   // a call of kubectl
}

func always(body string) func(int64) string { return func(int64) string { return body } }

func good() release { return release{violated: always(empty), measured: always(bad)} }

// deployed runs a copy of the script, and returns what it did with the cluster.
func deployed(t *testing.T, r release) (calls, output string, err error) {
	t.Helper()
	var checks atomic.Int64
	prometheus := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body := ""
		switch request.FormValue("query") {
		case "violated":
			body = r.violated(checks.Add(1))
		case "measured":
			body = r.measured(checks.Load())
		}
		if body == "" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprint(w, body)
	}))
	t.Cleanup(prometheus.Close)
	script, err := os.ReadFile("deploy.sh")
	require.NoError(t, err)
	dir := t.TempDir()
	for name, text := range map[string]string{"bin/kubectl": kubectl, "deploy/deploy.sh": string(script)} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755))
	}
	run := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(dir, "deploy/deploy.sh"), "prod", "v2")
	run.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "STATE="+dir, "FAIL="+r.fail,
		"REGISTRY=registry.example", "PROMETHEUS_URL="+prometheus.URL, "CANARY_QUERY=violated", "CANARY_MEASURED=measured",
		"CANARY_CHECKS=4", "CANARY_INTERVAL=0.01", "CANARY_TOLERATED=1")
	out, err := run.CombinedOutput()
	all, readErr := os.ReadFile(filepath.Join(dir, "calls"))
	require.NoError(t, readErr, string(out))
	_, statErr := os.Stat(filepath.Join(dir, "deploy/overlays/.release/kustomization.yaml"))
	assert.ErrorIs(t, statErr, os.ErrNotExist, "the temporary overlay is removed")
	return string(all), string(out), err
}

func TestDeploy_GoodCanary_IsPromoted(t *testing.T) {
	t.Parallel()
	calls, output, err := deployed(t, good())
	require.NoError(t, err, output)
	inOrder(t, calls, "delete job migrate", "apply --selector app.kubernetes.io/component=migration", "wait --for=condition=complete job/migrate",
		"apply --selector app.kubernetes.io/component!=migration", "rollout pause deployment/order", "readyReplicas}=3 deployment/order",
		"rollout resume deployment/order", "rollout status deployment/order", "rollout status deployment/wallet")
	assert.NotContains(t, calls, "rollout undo")
	assert.NotContains(t, calls, "rollout pause deployment/wallet", "what did not change has no canary")
	assert.Contains(t, output, "release v2 serves")
}

func TestDeploy_BadRelease_IsRolledBack(t *testing.T) {
	t.Parallel()
	after := func(n int64, first, then string) func(int64) string {
		return func(check int64) string {
			if check <= n {
				return first
			}
			return then
		}
	}
	for name, c := range map[string]struct {
		change func(*release)
		why    string
	}{
		"the service level is broken":        {func(r *release) { r.violated = always(bad) }, "break the service level"},
		"it is broken after a while":         {func(r *release) { r.violated = after(3, empty, bad) }, "break the service level"},
		"Prometheus has no series":           {func(r *release) { r.measured = always(empty) }, "not measured"},
		"Prometheus is gone":                 {func(r *release) { r.violated = after(1, empty, "") }, "not measured"},
		"Prometheus answers with an error":   {func(r *release) { r.violated = always(`{"status":"error"}`) }, "not measured"},
		"the canary does not become ready":   {func(r *release) { r.fail = "readyReplicas" }, "does not become ready"},
		"there is no canary":                 {func(r *release) { r.fail = "updatedReplicas" }, "has no canary"},
		"the manifests are refused":          {func(r *release) { r.fail = "component!=migration" }, "cannot be applied"},
		"a rollout cannot be paused":         {func(r *release) { r.fail = "rollout pause" }, "cannot be paused"},
		"a rollout does not end":             {func(r *release) { r.fail = "rollout status deployment/wallet" }, "does not finish"},
		"a rollout that cannot be continued": {func(r *release) { r.fail = "rollout resume" }, "does not go on"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := good()
			c.change(&r)
			calls, output, err := deployed(t, r)
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, output)
			assert.Equal(t, 1, exit.ExitCode())
			assert.Contains(t, output, c.why)
			assert.NotContains(t, output, "release v2 serves")
			if c.why != "cannot be applied" { // then nothing has changed
				assert.Contains(t, output, "the release before serves")
				inOrder(t, calls, "rollout resume deployment/order", "rollout undo deployment/order --to-revision=7", "rollout status deployment/order")
			}
			assert.NotContains(t, calls, "undo deployment/wallet", "what did not change is not touched")
		})
	}
}

func TestDeploy_PrometheusMissesOneAnswer_GoesOn(t *testing.T) {
	t.Parallel()
	r := good()
	r.violated = func(check int64) string {
		if check == 2 {
			return ""
		}
		return empty
	}
	_, output, err := deployed(t, r)
	require.NoError(t, err, output)
}

func TestDeploy_RollbackFails_SaysSo(t *testing.T) {
	t.Parallel()
	r := good()
	r.violated, r.fail = always(bad), "rollout undo"
	_, output, err := deployed(t, r)
	require.Error(t, err)
	assert.Contains(t, output, "does not serve everywhere")
}

func TestDeploy_MigrationFails_NoServiceIsChanged(t *testing.T) {
	t.Parallel()
	r := good()
	r.fail = "wait --for=condition=complete"
	calls, output, err := deployed(t, r)
	require.Error(t, err)
	assert.Contains(t, output, "no service was changed")
	assert.Contains(t, calls, "logs job/migrate")
	assert.NotContains(t, calls, "component!=migration")
	assert.NotContains(t, calls, "rollout")
}

func inOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, part := range parts {
		i := strings.Index(rest, part)
		if !assert.GreaterOrEqual(t, i, 0, "%q is missing, or too early, in\n%s", part, text) {
			return
		}
		rest = rest[i+len(part):]
	}
}
