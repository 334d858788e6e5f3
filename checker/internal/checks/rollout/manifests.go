package rollout

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/kube"
)

// base is where the manifests are.
const base = "deploy/base"

// shopManifests are the rendered manifests, decoded as the API server does: a field that it does not know is an error.
type shopManifests struct {
	objects     []*unstructured.Unstructured
	deployments map[string]*appsv1.Deployment
}

func readManifests(t *check.T) *shopManifests {
	t.Step("render %s", base)
	objects, err := kube.Render(filepath.Join(t.Dir(), base))
	if err != nil {
		t.Fail(check.Failure{
			ID: "unreadable", Sentence: "the manifests cannot be rendered", Expected: "`kubectl kustomize " + base + "` prints them",
			Seen: strings.ReplaceAll(err.Error(), t.Dir()+string(filepath.Separator), ""),
			Why:  "nothing of a release whose manifests cannot be read reaches the cluster",
		})
	}
	m := &shopManifests{objects: objects, deployments: map[string]*appsv1.Deployment{}}
	for _, object := range kube.OfKind(objects, "Deployment") {
		d := &appsv1.Deployment{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object.Object, d, true); err != nil {
			t.Fail(check.Failure{
				ID: "unknown-field", Sentence: "the Deployment " + object.GetName() + " has a field that Kubernetes does not know",
				Expected: "fields of apps/v1, spelled as `kubectl explain deployment.spec --recursive` does", Seen: err.Error(),
				Why: "the API server refuses the object, or drops the field with a warning, and what it should have done does not happen",
			})
		}
		m.deployments[d.Name] = d
	}
	for _, name := range services {
		t.True(m.deployments[name] != nil && m.container(name) != nil, check.Failure{
			ID: "unreadable", Sentence: "there is no Deployment " + name, Expected: "a Deployment " + name + " with a container " + name,
			Seen: fmt.Sprintf("%d Deployments in %s", len(m.deployments), base), Why: "the lesson changes the four Deployments, and removes none",
		})
	}
	return m
}

// pod is the template of a service's pods.
func (m *shopManifests) pod(name string) *corev1.PodSpec {
	return &m.deployments[name].Spec.Template.Spec
}

// container is the one in which the service runs; nil if there is none.
func (m *shopManifests) container(name string) *corev1.Container {
	pod := m.pod(name)
	for i := range pod.Containers {
		if pod.Containers[i].Name == name || kube.ImageName(pod.Containers[i].Image) == name {
			return &pod.Containers[i]
		}
	}
	return nil
}

// port is the number of a port that a probe or a hook names; 0 if the container has none of that name.
func (m *shopManifests) port(name string, port intstr.IntOrString) int32 {
	if port.Type == intstr.Int {
		return port.IntVal
	}
	for _, p := range m.container(name).Ports {
		if p.Name == port.StrVal {
			return p.ContainerPort
		}
	}
	return 0
}

// setting is a variable of a service's environment; the value with which the services begin if the manifests do not set it.
func (m *shopManifests) setting(name, variable string) string {
	c := m.container(name)
	value, found := "", false
	for _, source := range c.EnvFrom {
		if source.ConfigMapRef != nil {
			if v, ok := m.entry(source.ConfigMapRef.Name, strings.TrimPrefix(variable, source.Prefix)); ok {
				value, found = v, true
			}
		}
	}
	for _, e := range c.Env {
		switch {
		case e.Name != variable:
		case e.ValueFrom != nil && e.ValueFrom.ConfigMapKeyRef != nil:
			value, found = m.entry(e.ValueFrom.ConfigMapKeyRef.Name, e.ValueFrom.ConfigMapKeyRef.Key)
		default:
			value, found = e.Value, true
		}
	}
	if !found || value == "" {
		return defaults[variable]
	}
	return value
}

func (m *shopManifests) entry(configMap, key string) (string, bool) {
	for _, object := range kube.OfKind(m.objects, "ConfigMap") {
		if object.GetName() == configMap {
			value, found, _ := unstructured.NestedString(object.Object, "data", key)
			return value, found
		}
	}
	return "", false
}

// duration is a setting that must be one.
func (m *shopManifests) duration(t *check.T, name, variable string) time.Duration {
	text := m.setting(name, variable)
	d, err := time.ParseDuration(text)
	t.True(err == nil && d >= 0, check.Failure{
		ID: "refuses", Sentence: fmt.Sprintf("%s does not start: %s is no duration", name, variable), Expected: "a duration such as 5s",
		Seen: fmt.Sprintf("%s=%s", variable, text), Why: "a service refuses a configuration that it cannot read",
	})
	return d
}

// budgets are the settings whose sum must fit into SHUTDOWN_TIMEOUT.
var budgets = []string{
	"SHUTDOWN_NOT_SERVING_BUDGET", endpointWait, serverBudget, "SHUTDOWN_CRON_BUDGET", "SHUTDOWN_CONSUMERS_BUDGET", "SHUTDOWN_RELAY_BUDGET",
	"SHUTDOWN_CLIENTS_BUDGET", "SHUTDOWN_BROKER_BUDGET", "SHUTDOWN_REDIS_BUDGET", "SHUTDOWN_DATABASE_BUDGET", "SHUTDOWN_TELEMETRY_BUDGET",
}

const (
	gracePeriod  = "SHUTDOWN_GRACE_PERIOD"
	preStop      = "SHUTDOWN_PRE_STOP"
	timeout      = "SHUTDOWN_TIMEOUT"
	endpointWait = "SHUTDOWN_ENDPOINT_WAIT"
	serverBudget = "SHUTDOWN_SERVER_BUDGET"
)

// defaults are those of the services, as their README lists them.
var defaults = map[string]string{
	gracePeriod: "30s", preStop: "0s", timeout: "28s", endpointWait: "3s", serverBudget: "12s", "SHUTDOWN_NOT_SERVING_BUDGET": "200ms",
	"SHUTDOWN_CRON_BUDGET": "2s", "SHUTDOWN_CONSUMERS_BUDGET": "5s", "SHUTDOWN_RELAY_BUDGET": "2s", "SHUTDOWN_CLIENTS_BUDGET": "200ms",
	"SHUTDOWN_BROKER_BUDGET": "1s", "SHUTDOWN_REDIS_BUDGET": "300ms", "SHUTDOWN_DATABASE_BUDGET": "800ms", "SHUTDOWN_TELEMETRY_BUDGET": "1500ms",
}

// seconds is a field of seconds as a duration; fallback if it is not set.
func seconds[N int32 | int64](n *N, fallback N) time.Duration {
	if n == nil {
		return time.Duration(fallback) * time.Second
	}
	return time.Duration(*n) * time.Second
}

// orElse is n, or fallback where Kubernetes reads zero as not set.
func orElse(n, fallback int32) int32 {
	if n == 0 {
		return fallback
	}
	return n
}

// without returns the objects that are of none of the kinds.
func without(objects []*unstructured.Unstructured, kinds ...string) []*unstructured.Unstructured {
	return slices.DeleteFunc(slices.Clone(objects), func(o *unstructured.Unstructured) bool { return slices.Contains(kinds, o.GetKind()) })
}
