package shop

import (
	"encoding/base64"
	"maps"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// filler gives the containers of manifests the values of this run. The manifests say where a container has a variable from: an entry of a
// Secret or ConfigMap, or a file of a volume of one, which NAME_FILE names. There the value goes. A variable that a container has from
// nowhere is added to it.
type filler struct {
	objects []*unstructured.Unstructured
}

// templates are where the objects have the templates of their pods.
var templates = map[string][]string{
	"Deployment": {"spec", "template", "spec"}, "Job": {"spec", "template", "spec"}, "CronJob": {"spec", "jobTemplate", "spec", "template", "spec"},
}

// eachPod calls do for the pods of all objects that make some, and stores what do has changed.
func (f *filler) eachPod(do func(object *unstructured.Unstructured, pod *corev1.PodSpec) error) error {
	for _, object := range slices.Clone(f.objects) {
		at, ok := templates[object.GetKind()]
		if !ok {
			continue
		}
		content, found, err := unstructured.NestedMap(object.Object, at...)
		if err != nil || !found {
			return err
		}
		var pod corev1.PodSpec
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, &pod); err != nil {
			return err
		}
		if err := do(object, &pod); err != nil {
			return err
		}
		changed, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&pod)
		if err != nil {
			return err
		}
		if err := unstructured.SetNestedMap(object.Object, changed, at...); err != nil {
			return err
		}
	}
	return nil
}

// fill gives a container values by the names of their variables, and files by the names of the variables with their paths.
func (f *filler) fill(namespace string, pod *corev1.PodSpec, c *corev1.Container, values, files map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if i := slices.IndexFunc(c.Env, func(e corev1.EnvVar) bool { return e.Name == name }); i >= 0 {
			f.putFile(namespace, pod, c, f.valueOf(namespace, c, c.Env[i]), files[name])
		} else if at, ok := f.fromSources(namespace, c, name); ok {
			f.putFile(namespace, pod, c, at, files[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f.put(namespace, pod, c, name, values[name])
	}
}

func (f *filler) put(namespace string, pod *corev1.PodSpec, c *corev1.Container, name, value string) {
	for i, e := range c.Env {
		switch {
		case e.Name == name+"_FILE":
			f.putFile(namespace, pod, c, f.valueOf(namespace, c, e), value)
			return
		case e.Name == name && e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil:
			f.set("Secret", namespace, e.ValueFrom.SecretKeyRef.Name, e.ValueFrom.SecretKeyRef.Key, value)
			return
		case e.Name == name:
			c.Env[i] = corev1.EnvVar{Name: name, Value: value}
			return
		}
	}
	if file, ok := f.fromSources(namespace, c, name+"_FILE"); ok {
		f.putFile(namespace, pod, c, file, value)
		return
	}
	c.Env = append(c.Env, corev1.EnvVar{Name: name, Value: value})
}

// valueOf is what a variable of a container is set to.
func (f *filler) valueOf(namespace string, c *corev1.Container, e corev1.EnvVar) string {
	if e.ValueFrom != nil && e.ValueFrom.ConfigMapKeyRef != nil {
		value, _ := f.get(namespace, e.ValueFrom.ConfigMapKeyRef.Name, e.ValueFrom.ConfigMapKeyRef.Key)
		return value
	}
	return e.Value
}

// fromSources finds a variable in the ConfigMaps that a container has as its environment.
func (f *filler) fromSources(namespace string, c *corev1.Container, name string) (string, bool) {
	for _, source := range c.EnvFrom {
		if source.ConfigMapRef != nil {
			if value, ok := f.get(namespace, source.ConfigMapRef.Name, name); ok {
				return value, true
			}
		}
	}
	return "", false
}

// putFile finds the volume that has the file, and puts the value into the Secret or ConfigMap behind it.
func (f *filler) putFile(namespace string, pod *corev1.PodSpec, c *corev1.Container, file, value string) {
	for _, mount := range c.VolumeMounts {
		inside, ok := strings.CutPrefix(file, strings.TrimSuffix(mount.MountPath, "/")+"/")
		if mount.SubPath != "" && mount.MountPath == file {
			inside, ok = mount.SubPath, true
		}
		if !ok {
			continue
		}
		for _, volume := range pod.Volumes {
			if volume.Name == mount.Name {
				f.putIntoVolume(namespace, volume.VolumeSource, inside, value)
			}
		}
	}
}

func (f *filler) putIntoVolume(namespace string, volume corev1.VolumeSource, file, value string) {
	switch {
	case volume.Secret != nil:
		f.set("Secret", namespace, volume.Secret.SecretName, keyOf(volume.Secret.Items, file), value)
	case volume.ConfigMap != nil:
		f.set("ConfigMap", namespace, volume.ConfigMap.Name, keyOf(volume.ConfigMap.Items, file), value)
	case volume.Projected != nil:
		for _, source := range volume.Projected.Sources {
			switch {
			case source.Secret != nil && has(source.Secret.Items, file):
				f.set("Secret", namespace, source.Secret.Name, keyOf(source.Secret.Items, file), value)
				return
			case source.ConfigMap != nil && has(source.ConfigMap.Items, file):
				f.set("ConfigMap", namespace, source.ConfigMap.Name, keyOf(source.ConfigMap.Items, file), value)
				return
			}
		}
	}
}

// has says whether a source without items, which has all of its keys, or with an item for the file is meant.
func has(items []corev1.KeyToPath, file string) bool {
	return len(items) == 0 || slices.ContainsFunc(items, func(i corev1.KeyToPath) bool { return i.Path == file })
}

func keyOf(items []corev1.KeyToPath, file string) string {
	for _, item := range items {
		if item.Path == file {
			return item.Key
		}
	}
	return path.Base(file)
}

// set changes an entry of a Secret or ConfigMap, which is made if the manifests leave it to others.
func (f *filler) set(kind, namespace, name, key, value string) {
	object := f.find(kind, namespace, name)
	if object == nil {
		object = &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": kind,
			"metadata": map[string]any{"name": name, "namespace": namespace}}}
		f.objects = append(f.objects, object)
	}
	if kind == "Secret" {
		value = base64.StdEncoding.EncodeToString([]byte(value))
		// The same key in stringData would win.
		unstructured.RemoveNestedField(object.Object, "stringData", key)
	}
	_ = unstructured.SetNestedField(object.Object, value, "data", key)
}

func (f *filler) get(namespace, name, key string) (string, bool) {
	object := f.find("ConfigMap", namespace, name)
	if object == nil {
		return "", false
	}
	value, found, _ := unstructured.NestedString(object.Object, "data", key)
	return value, found
}

func (f *filler) find(kind, namespace, name string) *unstructured.Unstructured {
	for _, object := range f.objects {
		if object.GetKind() == kind && object.GetName() == name && (object.GetNamespace() == namespace || object.GetNamespace() == "") {
			return object
		}
	}
	return nil
}

// sorted puts what pods need before what makes pods.
func sorted(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	rank := func(o *unstructured.Unstructured) int {
		if o.GetKind() == "Namespace" {
			return 0
		}
		if _, makes := templates[o.GetKind()]; makes {
			return 2
		}
		return 1
	}
	slices.SortStableFunc(objects, func(a, b *unstructured.Unstructured) int { return rank(a) - rank(b) })
	return objects
}
