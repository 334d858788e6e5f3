package disruption

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/kube"
)

// base is where the manifests are.
const base = "deploy/base"

// shop is the rendered manifests, decoded as the API server does: a field that it does not know is an error.
type shop struct {
	objects     []*unstructured.Unstructured
	deployments map[string]*appsv1.Deployment
	scalers     []*autoscalingv2.HorizontalPodAutoscaler
	budgets     []*policyv1.PodDisruptionBudget
	jobs        []*batchv1.Job
}

func read(t *check.T) *shop {
	t.Step("render %s", base)
	objects, err := kube.Render(filepath.Join(t.Dir(), base))
	if err != nil {
		t.Fail(check.Failure{
			ID: "unreadable", Sentence: "the manifests cannot be rendered", Expected: "`kubectl kustomize " + base + "` prints them",
			Seen: strings.ReplaceAll(err.Error(), t.Dir()+string(filepath.Separator), ""),
			Why:  "nothing of a release whose manifests cannot be read reaches the cluster",
		})
	}
	s := &shop{objects: objects, deployments: map[string]*appsv1.Deployment{}}
	for _, d := range decode[appsv1.Deployment](t, objects, "apps/v1", "Deployment") {
		s.deployments[d.Name] = d
	}
	s.scalers = decode[autoscalingv2.HorizontalPodAutoscaler](t, objects, "autoscaling/v2", "HorizontalPodAutoscaler")
	for _, old := range decode[autoscalingv1.HorizontalPodAutoscaler](t, objects, "autoscaling/v1", "HorizontalPodAutoscaler") {
		s.scalers = append(s.scalers, newer(old))
	}
	s.budgets = decode[policyv1.PodDisruptionBudget](t, objects, "policy/v1", "PodDisruptionBudget")
	s.jobs = decode[batchv1.Job](t, objects, "batch/v1", "Job")
	for _, name := range services {
		t.True(s.deployments[name] != nil && s.container(name) != nil, check.Failure{
			ID: "unreadable", Sentence: "there is no Deployment " + name, Expected: "a Deployment " + name + " with a container " + name,
			Seen: fmt.Sprintf("%d Deployments in %s", len(s.deployments), base), Why: "the lesson changes the four Deployments, and removes none",
		})
		pod := s.pod(name).Spec
		t.True(len(pod.Containers) == 1 && len(pod.InitContainers) == 0, check.Failure{
			ID: "containers", Sentence: "the pods of " + name + " have other containers", Expected: "the one container that they had",
			Seen: fmt.Sprintf("%d containers, %d init containers", len(pod.Containers), len(pod.InitContainers)), Why: "each of them needs resources, and is counted by the autoscaler",
		})
	}
	return s
}

// versions are those in which the API server takes the kinds that are judged.
var versions = map[string][]string{
	"Deployment": {"apps/v1"}, "Job": {"batch/v1"}, "PodDisruptionBudget": {"policy/v1"}, "HorizontalPodAutoscaler": {"autoscaling/v2", "autoscaling/v1"},
}

// decode returns the objects of one kind and version.
func decode[T any](t *check.T, objects []*unstructured.Unstructured, version, kind string) []*T {
	var all []*T
	for _, object := range kube.OfKind(objects, kind) {
		t.True(slices.Contains(versions[kind], object.GetAPIVersion()), check.Failure{
			ID: "unknown-field", Sentence: fmt.Sprintf("the API server does not know the %s %s", kind, object.GetName()), Expected: "apiVersion: " + versions[kind][0],
			Seen: "apiVersion: " + object.GetAPIVersion(), Why: "the object is refused, and what it should have done does not happen",
		})
		if object.GetAPIVersion() != version {
			continue
		}
		one := new(T)
		if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object.Object, one, true); err != nil {
			t.Fail(check.Failure{
				ID: "unknown-field", Sentence: fmt.Sprintf("the %s %s has a field that Kubernetes does not know", kind, object.GetName()),
				Expected: fmt.Sprintf("fields of %s, spelled as `kubectl explain %s --recursive` does", version, strings.ToLower(kind)), Seen: err.Error(),
				Why: "the API server refuses the object, or drops the field with a warning, and what it should have done does not happen",
			})
		}
		all = append(all, one)
	}
	return all
}

// newer is an autoscaler of the first version as one of the second.
func newer(old *autoscalingv1.HorizontalPodAutoscaler) *autoscalingv2.HorizontalPodAutoscaler {
	target := old.Spec.ScaleTargetRef
	h := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: old.ObjectMeta, Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
		ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{Kind: target.Kind, Name: target.Name, APIVersion: target.APIVersion},
		MinReplicas:    old.Spec.MinReplicas, MaxReplicas: old.Spec.MaxReplicas,
	}}
	if percent := old.Spec.TargetCPUUtilizationPercentage; percent != nil {
		h.Spec.Metrics = []autoscalingv2.MetricSpec{{Type: autoscalingv2.ResourceMetricSourceType, Resource: &autoscalingv2.ResourceMetricSource{
			Name: corev1.ResourceCPU, Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: percent},
		}}}
	}
	return h
}

// pod is the template of a service's pods.
func (s *shop) pod(name string) *corev1.PodTemplateSpec { return &s.deployments[name].Spec.Template }

// container is the one in which the service runs; nil if there is none.
func (s *shop) container(name string) *corev1.Container {
	containers := s.pod(name).Spec.Containers
	for i := range containers {
		if containers[i].Name == name || kube.ImageName(containers[i].Image) == name {
			return &containers[i]
		}
	}
	return nil
}

// labels are those of a service's pods.
func (s *shop) labels(name string) labels.Set { return s.pod(name).Labels }

// setting is a variable of a service's environment; empty if the manifests do not set it.
func (s *shop) setting(name, variable string) string {
	c := s.container(name)
	value := ""
	for _, source := range c.EnvFrom {
		if source.ConfigMapRef != nil && strings.HasPrefix(variable, source.Prefix) {
			if v, ok := s.entry(source.ConfigMapRef.Name, strings.TrimPrefix(variable, source.Prefix)); ok {
				value = v
			}
		}
	}
	for _, e := range c.Env {
		switch {
		case e.Name != variable:
		case e.ValueFrom != nil && e.ValueFrom.ConfigMapKeyRef != nil:
			value, _ = s.entry(e.ValueFrom.ConfigMapKeyRef.Name, e.ValueFrom.ConfigMapKeyRef.Key)
		case e.ValueFrom != nil && e.ValueFrom.ResourceFieldRef != nil:
			value = resourceField(c, e.ValueFrom.ResourceFieldRef)
		default:
			value = e.Value
		}
	}
	return value
}

// resourceField is a request or limit of the container, as the kubelet writes it into the environment.
func resourceField(c *corev1.Container, ref *corev1.ResourceFieldSelector) string {
	kind, name, _ := strings.Cut(ref.Resource, ".")
	list := c.Resources.Requests
	if kind == "limits" {
		list = c.Resources.Limits
	}
	q, ok := list[corev1.ResourceName(name)]
	if !ok {
		return ""
	}
	divisor := max(ref.Divisor.Value(), 1)
	return fmt.Sprint((q.Value() + divisor - 1) / divisor)
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
