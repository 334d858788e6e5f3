package main

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
)

// set is the objects of one environment, all of one namespace.
type set struct{ objects []runtime.Object }

func ofType[T any](s set) (found []T) {
	for _, object := range s.objects {
		if o, ok := object.(T); ok {
			found = append(found, o)
		}
	}
	return found
}

// workload is what makes pods.
type workload struct {
	object   runtime.Object
	kind     string
	name     string
	template *corev1.PodTemplateSpec
	// deployment is nil for others.
	deployment *appsv1.Deployment
}

func (w workload) labels() labels.Set { return w.template.Labels }

func (s set) workloads() (all []workload) {
	for _, object := range s.objects {
		switch o := object.(type) {
		case *appsv1.Deployment:
			all = append(all, workload{o, "Deployment", o.Name, &o.Spec.Template, o})
		case *appsv1.StatefulSet:
			all = append(all, workload{o, "StatefulSet", o.Name, &o.Spec.Template, nil})
		case *batchv1.Job:
			all = append(all, workload{o, "Job", o.Name, &o.Spec.Template, nil})
		case *batchv1.CronJob:
			all = append(all, workload{o, "CronJob", o.Name, &o.Spec.JobTemplate.Spec.Template, nil})
		}
	}
	return all
}

// selected returns the workloads whose pods a selector matches. An empty one matches all pods.
func (s set) selected(selector *metav1.LabelSelector) (found []workload) {
	matches, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return nil // validation reports it
	}
	for _, w := range s.workloads() {
		if matches.Matches(w.labels()) {
			found = append(found, w)
		}
	}
	return found
}

// environment returns the variables of a container that the manifests give a value. A later source wins, as in Kubernetes. Those from
// a Secret or from an object that others make are not in it.
func (s set) environment(c *corev1.Container) map[string]string {
	values := map[string]string{}
	maps := map[string]*corev1.ConfigMap{}
	for _, m := range ofType[*corev1.ConfigMap](s) {
		maps[m.Name] = m
	}
	for _, source := range c.EnvFrom {
		if source.ConfigMapRef == nil || maps[source.ConfigMapRef.Name] == nil {
			continue
		}
		for key, value := range maps[source.ConfigMapRef.Name].Data {
			values[source.Prefix+key] = value
		}
	}
	for _, e := range c.Env {
		switch {
		case e.ValueFrom == nil:
			values[e.Name] = e.Value
		case e.ValueFrom.ConfigMapKeyRef != nil && maps[e.ValueFrom.ConfigMapKeyRef.Name] != nil:
			values[e.Name] = maps[e.ValueFrom.ConfigMapKeyRef.Name].Data[e.ValueFrom.ConfigMapKeyRef.Key]
		}
	}
	return values
}
