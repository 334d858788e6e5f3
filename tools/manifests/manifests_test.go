package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const stage = "../../stage4-infra"

func prod(t *testing.T) string {
	t.Helper()
	rendered, err := render(stage + "/deploy/overlays/prod")
	require.NoError(t, err)
	return string(rendered)
}

func TestOverlays_HaveNoMistake(t *testing.T) {
	t.Parallel()
	found, err := run(options{Stage: stage}, []string{stage + "/deploy/overlays/prod"})
	require.NoError(t, err)
	assert.Empty(t, found)
	found, err = run(options{Stage: stage, Single: true}, []string{stage + "/deploy/overlays/dev"})
	require.NoError(t, err)
	assert.Empty(t, found)
}

// Each mistake is one replacement in one object of the manifests of production, and is found by the rule that it names.
func TestJudge_OneMistake_IsFound(t *testing.T) {
	t.Parallel()
	rendered := prod(t)
	variables, err := readVariables(stage)
	require.NoError(t, err)
	for _, m := range []struct{ name, kind, object, old, new, rule string }{
		{"selector does not match the template", "Deployment", "order", "matchLabels:\n      app.kubernetes.io/name: order\n  strategy", "matchLabels:\n      app.kubernetes.io/name: orders\n  strategy", "validation"},
		{"misspelled field", "Deployment", "order", "terminationGracePeriodSeconds", "terminationGracePeriodSecond", "schema"},
		{"removed API version", "HorizontalPodAutoscaler", "order", "autoscaling/v2", "autoscaling/v2beta2", "schema"},
		{"request above the limit", "Deployment", "order", "memory: 256Mi", "memory: 1Gi", "validation"},
		{"negative grace period", "Deployment", "order", "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: -1", "validation"},
		{"probe without a handler", "Deployment", "order", "        readinessProbe:\n          failureThreshold: 2\n          httpGet:\n            path: /readyz\n            port: metrics\n", "        readinessProbe:\n          failureThreshold: 2\n", "validation"},
		{"both maxSurge and maxUnavailable 0", "Deployment", "order", "maxSurge: 1", "maxSurge: 0", "validation"},
		{"more minimum than maximum", "HorizontalPodAutoscaler", "order", "minReplicas: 2", "minReplicas: 5", "validation"},
		{"both limits in a budget", "PodDisruptionBudget", "order", "maxUnavailable: 1", "maxUnavailable: 1\n  minAvailable: 1", "validation"},
		{"volume without a mount of that name", "Deployment", "order", "- mountPath: /etc/shop/tls\n          name: tls", "- mountPath: /etc/shop/tls\n          name: certificates", "validation"},

		{"budget selects nothing", "PodDisruptionBudget", "order", "app.kubernetes.io/name: order", "app: order", "disruption"},
		{"budget blocks every drain", "PodDisruptionBudget", "order", "maxUnavailable: 1", "minAvailable: 2", "disruption"},
		{"service selects nothing", "Service", "order", "app.kubernetes.io/name: order", "app: order", "service"},
		{"service leads to no port", "Service", "order", "targetPort: grpc", "targetPort: http", "service"},
		{"old pods stop first", "Deployment", "order", "maxUnavailable: 0", "maxUnavailable: 1", "rollout"},
		{"no preStop", "Deployment", "order", "        lifecycle:\n          preStop:\n            sleep:\n              seconds: 5\n", "", "stop"},
		{"preStop and drain above the grace period", "Deployment", "order", "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 25", "stop"},
		{"no startup probe", "Deployment", "order", "        startupProbe:\n          failureThreshold: 6\n          periodSeconds: 5\n          tcpSocket:\n            port: grpc\n", "", "probe"},
		{"liveness asks for readiness", "Deployment", "order", "path: /livez", "path: /readyz", "probe"},
		{"liveness is impatient", "Deployment", "order", "path: /livez\n            port: metrics\n          periodSeconds: 10", "path: /livez\n            port: metrics\n          periodSeconds: 1", "probe"},
		{"CPU limit", "Deployment", "order", "limits:", "limits:\n            cpu: \"1\"", "cpu-limit"},
		{"no memory limit", "Deployment", "order", "          limits:\n            memory: 512Mi\n", "", "memory-limit"},
		{"no request", "Deployment", "order", "            cpu: 250m\n", "", "requests"},
		{"replicas beside the autoscaler", "Deployment", "order", "revisionHistoryLimit: 5", "revisionHistoryLimit: 5\n  replicas: 2", "replicas"},
		{"autoscaler of nothing", "HorizontalPodAutoscaler", "order", "kind: Deployment\n    name: order", "kind: Deployment\n    name: orders", "autoscaling"},
		{"one replica", "HorizontalPodAutoscaler", "order", "minReplicas: 2", "minReplicas: 1", "replicas"},
		{"secret in a ConfigMap", "ConfigMap", "wallet-", "PAYMENT_URL:", "PAYMENT_API_KEY: abc\n  PAYMENT_URL:", "secret"},
		{"password in a URL", "ConfigMap", "shop-", "METRICS_ADDR: :9100", "METRICS_ADDR: :9100\n  BROKER: amqp://shop:hunter2@rabbitmq/", "secret"},
		{"misspelled variable", "ConfigMap", "shop-", "SHUTDOWN_SERVER_BUDGET", "SHUTDOWN_SERVR_BUDGET", "variable"},
		{"file without a mount", "ConfigMap", "order-", "DATABASE_URL_FILE: /etc/shop/secrets/", "DATABASE_URL_FILE: /etc/secrets/", "file"},
		{"client without round_robin", "ConfigMap", "order-", "dns:///inventory:9000", "inventory:9000", "balancing"},
		{"gRPC behind a ClusterIP", "Service", "inventory", "clusterIP: None", "type: ClusterIP", "balancing"},
		{"address of no Service", "ConfigMap", "order-", "dns:///inventory:9000", "dns:///stock:9000", "target"},
		{"client is not let in", "NetworkPolicy", "inventory", "- gateway\n          - order", "- gateway", "network"},
		{"client is not let out", "NetworkPolicy", "order", "app.kubernetes.io/name: inventory", "app.kubernetes.io/name: wallet", "network"},
		{"no DNS", "NetworkPolicy", "dns", "protocol: UDP", "protocol: SCTP", "network"},
		{"no default", "NetworkPolicy", "default-deny", "podSelector: {}", "podSelector:\n    matchLabels:\n      app: none", "network"},
		{"runs as root", "Deployment", "order", "runAsNonRoot: true", "runAsNonRoot: false", "security"},
		{"writable root", "Deployment", "order", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "security"},
		{"token for the API server", "Deployment", "order", "automountServiceAccountToken: false", "automountServiceAccountToken: true", "token"},
		{"spread selects others", "Deployment", "order", "matchLabels:\n            app.kubernetes.io/name: order", "matchLabels:\n            app: order", "spread"},
		{"moving tag", "Deployment", "order", "image: shop/order", "image: shop/order:latest", "image"},
	} {
		t.Run(strings.ReplaceAll(m.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			found := judge([]byte(change(t, rendered, m.kind, m.object, m.old, m.new)), rules{variables: variables})
			var names []string
			for _, f := range found {
				names = append(names, f.Rule)
			}
			assert.Contains(t, names, m.rule, "%v", found)
		})
	}
}

// change replaces the first old in one document: that of the kind whose name is, or begins with, object.
func change(t *testing.T, rendered, kind, object, old, replacement string) string {
	t.Helper()
	documents := strings.Split(rendered, "\n---\n")
	for i, d := range documents {
		if !strings.Contains(d, "kind: "+kind+"\n") || !strings.Contains(d, "\n  name: "+object) || strings.Contains(d, "\n  name: "+object+"s") {
			continue
		}
		require.Contains(t, d, old, "the manifests have changed: adapt the mistake")
		documents[i] = strings.Replace(d, old, replacement, 1)
		return strings.Join(documents, "\n---\n")
	}
	require.FailNow(t, "no such object", "%s %s", kind, object)
	return ""
}
