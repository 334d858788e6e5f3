package discovery

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/kube"
)

const base = "deploy/base"

// callees are the services that each client calls, with the variable of its address.
var callees = map[string]map[string]string{
	"gateway": {"ORDER_TARGET": "order", "INVENTORY_TARGET": "inventory", "WALLET_TARGET": "wallet"},
	"order":   {"INVENTORY_TARGET": "inventory"},
}

// What the lesson demands.
const (
	grpcPort          = "9000"
	longestBlindness  = 45 * time.Second
	youngest, oldest  = 30 * time.Second, 2 * time.Minute
	shortestPing      = 10 * time.Second // gRPC raises a client's KeepaliveTime to it
	clientTime        = "GRPC_CLIENT_KEEPALIVE_TIME"
	clientTimeout     = "GRPC_CLIENT_KEEPALIVE_TIMEOUT"
	serverMinimum     = "GRPC_KEEPALIVE_MIN_TIME"
	connectionAge     = "GRPC_MAX_CONNECTION_AGE"
	defaultClientTime = 30 * time.Second
)

func targets(t *check.T) {
	s := render(t)
	for _, client := range sorted(callees) {
		for _, variable := range sorted(callees[client]) {
			s.reaches(t, client, variable, callees[client][variable])
		}
	}
	for _, client := range sorted(callees) {
		ping := max(s.duration(t, client, clientTime, defaultClientTime), shortestPing)
		blind := ping + s.duration(t, client, clientTimeout, 5*time.Second)
		t.True(blind <= longestBlindness, check.Failure{
			ID: "blind", Sentence: fmt.Sprintf("%s notices late that a node has vanished", client), Expected: fmt.Sprintf("%s and %s together at most %s", clientTime, clientTimeout, longestBlindness), Seen: blind.String(),
			Why: "until then a part of its calls goes to a machine that is gone, and each waits for its deadline",
		})
		for _, server := range callees[client] {
			least := s.duration(t, server, serverMinimum, 10*time.Second)
			t.True(ping >= least, check.Failure{
				ID: "too-many-pings", Sentence: fmt.Sprintf("%s closes the connections of %s", server, client), Expected: fmt.Sprintf("%s of %s at least as long as %s of %s", clientTime, client, serverMinimum, server),
				Seen: fmt.Sprintf("a ping every %s; %s allows one every %s", ping, server, least), Why: "the third ping that comes too early ends the connection with too_many_pings, and all calls in progress with it",
			})
		}
	}
	for _, server := range []string{"order", "inventory", "wallet"} {
		age := s.duration(t, server, connectionAge, 10*time.Minute)
		t.True(age <= oldest, check.Failure{
			ID: "old", Sentence: "the clients of " + server + " do not find the pods that are added", Expected: fmt.Sprintf("%s of %s: at most %s", connectionAge, server, oldest), Seen: age.String(),
			Why: "a client looks the name up when it connects: until then the pods of the autoscaler idle, and the old ones are full",
		})
		t.True(age >= youngest, check.Failure{
			ID: "young", Sentence: "the clients of " + server + " connect all the time", Expected: fmt.Sprintf("%s of %s: at least %s", connectionAge, server, youngest), Seen: age.String(),
			Why: "each connection is a TLS handshake, on both sides, also while the service is overloaded",
		})
	}
}

// shop is the rendered manifests.
type shop struct{ objects []*unstructured.Unstructured }

func render(t *check.T) *shop {
	t.Step("render %s", base)
	objects, err := kube.Render(filepath.Join(t.Dir(), base))
	if err != nil {
		t.Fail(check.Failure{
			ID: "unreadable", Sentence: "the manifests cannot be rendered", Expected: "`kubectl kustomize " + base + "` prints them",
			Seen: strings.ReplaceAll(err.Error(), t.Dir()+string(filepath.Separator), ""), Why: "nothing of a release whose manifests cannot be read reaches the cluster",
		})
	}
	return &shop{objects}
}

// reaches judges an address: whether gRPC looks the name up and gets the addresses of the pods.
func (s *shop) reaches(t *check.T, client, variable, server string) {
	value := s.setting(client, variable)
	seen := fmt.Sprintf("%s=%s", variable, value)
	rest, dns := strings.CutPrefix(value, "dns:")
	t.True(dns, check.Failure{
		ID: "one-pod", Sentence: fmt.Sprintf("%s uses one pod of %s for all calls", client, server), Expected: fmt.Sprintf("%s has the scheme dns: Dial balances names with it", variable), Seen: seen,
		Why: "without it gRPC connects to the first address of the name: the other pods idle, and those that the autoscaler adds too",
	})
	t.True(!strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "///"), check.Failure{
		ID: "not-found", Sentence: fmt.Sprintf("%s does not find %s", client, server), Expected: "dns:///NAME:PORT", Seen: seen + ": what follows dns:// is the address of a DNS server", Why: "the client asks a DNS server of this name, and there is none",
	})
	host, port, err := net.SplitHostPort(strings.TrimLeft(rest, "/"))
	t.True(err == nil && host == server, check.Failure{
		ID: "not-found", Sentence: fmt.Sprintf("%s does not find %s", client, server), Expected: "the name of the Service " + server + ", and a port", Seen: seen,
		Why: "the base has no namespace: the same manifests run as shop and as shop-dev",
	})
	t.True(port == grpcPort, check.Failure{
		ID: "no-port", Sentence: fmt.Sprintf("%s connects to a closed port of %s", client, server), Expected: grpcPort + ", the port of the container", Seen: seen,
		Why: "a headless Service translates no ports: the client connects to the pod itself",
	})
}

// setting is a variable of a service's environment; empty if the manifests do not set it.
func (s *shop) setting(name, variable string) (value string) {
	for _, d := range kube.OfKind(s.objects, "Deployment") {
		if d.GetName() != name {
			continue
		}
		containers, _, _ := unstructured.NestedSlice(d.Object, "spec", "template", "spec", "containers")
		for _, c := range containers {
			container, _ := c.(map[string]any)
			sources, _, _ := unstructured.NestedSlice(container, "envFrom")
			for _, source := range sources {
				from, _ := source.(map[string]any)
				configMap, _, _ := unstructured.NestedString(from, "configMapRef", "name")
				if v, ok := s.entry(configMap, variable); ok {
					value = v
				}
			}
			env, _, _ := unstructured.NestedSlice(container, "env")
			for _, e := range env {
				one, _ := e.(map[string]any)
				if one["name"] != variable {
					continue
				}
				value, _, _ = unstructured.NestedString(one, "value")
				configMap, _, _ := unstructured.NestedString(one, "valueFrom", "configMapKeyRef", "name")
				key, _, _ := unstructured.NestedString(one, "valueFrom", "configMapKeyRef", "key")
				if v, ok := s.entry(configMap, key); ok {
					value = v
				}
			}
		}
	}
	return value
}

func (s *shop) entry(configMap, key string) (string, bool) {
	for _, object := range kube.OfKind(s.objects, "ConfigMap") {
		if object.GetName() == configMap {
			value, found, _ := unstructured.NestedString(object.Object, "data", key)
			return value, found
		}
	}
	return "", false
}

func (s *shop) duration(t *check.T, name, variable string, byDefault time.Duration) time.Duration {
	value := s.setting(name, variable)
	if value == "" {
		return byDefault
	}
	d, err := time.ParseDuration(value)
	t.True(err == nil && d > 0, check.Failure{
		ID: "no-duration", Sentence: name + " does not start", Expected: variable + " is a duration, such as 30s", Seen: value, Why: "a service with a setting that it does not understand refuses to start",
	})
	return d
}
