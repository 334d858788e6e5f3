package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

func TestJudgeGateway_OneMistake_IsFound(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile(stage + "/deploy/apisix/config.yaml")
	require.NoError(t, err)
	routes, err := os.ReadFile(stage + "/deploy/apisix/apisix.yaml")
	require.NoError(t, err)
	protos, err := readProtos(stage)
	require.NoError(t, err)
	manifests, found := parse([]byte(prod(t)))
	require.Empty(t, found)
	services := ofType[*corev1.Service](manifests)
	require.Empty(t, judgeGateway(config, routes, services, protos))

	for _, m := range []struct{ name, old, new, rule string }{
		{"misspelled plugin", "api-breaker:", "api-braker:", "schema"},
		{"misspelled field of a plugin", "unhealthy: {", "unhealty: {", "schema"},
		{"field of another plugin", "break_response_code: 503", "break_response_code: 503\n        allow_origin: \"*\"", "schema"},
		{"no end", "#END", "#end", "end"},
		{"route without a token", "      jwt-auth: *jwt\n      limit-count: *limit\n      proxy", "      limit-count: *limit\n      proxy", "token"},
		{"route without a limit", "      limit-count: *limit\n      proxy", "      proxy", "limit"},
		{"limit by an address that clients write", "key: remote_addr", "key: http_x_forwarded_for", "limit"},
		{"limit answers 503", "key: remote_addr, rejected_code: 429", "key: remote_addr, rejected_code: 503", "limit"},
		{"breaker opens at load shedding", "[500, 502, 504]", "[500, 502, 503, 504]", "breaker"},
		{"weights", "{weight: 100}", "{weight: 95}", "split"},
		{"canary that does not exist", "weight: 0}, {weight: 100}", "weight: 5}, {weight: 95}", "upstream"},
		{"unknown upstream", "upstream_id: events", "upstream_id: event", "upstream"},
		{"unknown Service", "nodes: {\"gateway.shop", "nodes: {\"gateways.shop", "upstream"},
		{"gRPC over HTTP", "scheme: grpcs", "scheme: https", "transcoding"},
		{"no deadline", "        deadline: 2000\n", "", "transcoding"},
		{"proto differs", "string sku = 1;", "string sku = 2;", "transcoding"},
		{"unknown method", "method: GetStock", "method: GetStocks", "transcoding"},
		{"headless as one address", "    discovery_type: dns\n    service_name: inventory.shop.svc.cluster.local:9000", "    nodes: {\"inventory.shop.svc.cluster.local:9000\": 1}", "balancing"},
		{"repeats purchases", "    retries: 0 # the gateway knows what may be repeated\n", "", "upstream"},
		{"symmetric token", "algorithm: EdDSA, public_key: \"$env://JWT_PUBLIC_KEY\"", "algorithm: HS256, secret: abcdefgh", "secret"},
		{"private key in the file", "\"$env://APISIX_KEY\"", "secret", "secret"},
		{"route that is never matched", "    priority: 10 # before shop, which matches as well\n", "", "route"},
		{"wildcard in the middle", "/v1/orders/:id/events", "/v1/orders/*/events", "route"},
	} {
		t.Run(strings.ReplaceAll(m.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			require.Contains(t, string(routes), m.old, "the configuration has changed: adapt the mistake")
			var names []string
			found := judgeGateway(config, []byte(strings.Replace(string(routes), m.old, m.new, 1)), services, protos)
			for _, f := range found {
				names = append(names, f.Rule)
			}
			assert.Contains(t, names, m.rule, "%v", found)
		})
	}
	for _, m := range []struct{ name, old, new, rule string }{
		{"admin API", "enable_admin: false", "enable_admin: true", "standalone"},
		{"etcd", "config_provider: yaml", "config_provider: etcd", "standalone"},
		{"plugin that is not loaded", "jwt-auth, limit-count", "limit-count", "plugin"},
		{"variable that nginx clears", "envs: [JWT_PUBLIC_KEY, ", "envs: [", "environment"},
		{"router without parameters", "radixtree_uri_with_parameter", "radixtree_uri", "route"},
		{"misspelled key", "resolv_conf", "resolve_conf", "schema"},
	} {
		t.Run(strings.ReplaceAll(m.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			require.Contains(t, string(config), m.old)
			var names []string
			for _, f := range judgeGateway([]byte(strings.Replace(string(config), m.old, m.new, 1)), routes, services, protos) {
				names = append(names, f.Rule)
			}
			assert.Contains(t, names, m.rule)
		})
	}
}
