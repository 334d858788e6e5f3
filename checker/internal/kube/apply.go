package kube

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// fieldManager names the checker to the API server.
const fieldManager = "stagecraft"

// Render returns the objects of a directory with a kustomization.yaml, in the order in which they are applied.
func Render(dir string) ([]*unstructured.Unstructured, error) {
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionLegacy // namespaces and configuration first
	options.LoadRestrictions = types.LoadRestrictionsNone
	resources, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", dir, err)
	}
	var objects []*unstructured.Unstructured
	for _, resource := range resources.Resources() {
		content, err := resource.MarshalJSON()
		if err != nil {
			return nil, err
		}
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(content); err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	return objects, nil
}

// Refusal is an object that the API server does not take.
type Refusal struct {
	Kind, Name string
	Cause      error
}

func (r *Refusal) Error() string { return fmt.Sprintf("%s %s: %v", r.Kind, r.Name, r.Cause) }
func (r *Refusal) Unwrap() error { return r.Cause }

// Apply makes the objects what the manifests say, on the server's side. It goes on after a *Refusal and returns all of them.
func (c *Cluster) Apply(ctx context.Context, objects ...*unstructured.Unstructured) error {
	return c.apply(ctx, objects, metav1.ApplyOptions{FieldManager: fieldManager, Force: true})
}

// DryRun lets the API server judge the objects, fields that it does not know included, and changes nothing. The namespaces must exist.
func (c *Cluster) DryRun(ctx context.Context, objects ...*unstructured.Unstructured) error {
	return c.apply(ctx, objects, metav1.ApplyOptions{FieldManager: fieldManager, Force: true, DryRun: []string{metav1.DryRunAll}})
}

func (c *Cluster) apply(ctx context.Context, objects []*unstructured.Unstructured, options metav1.ApplyOptions) error {
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(c.Client.Discovery()))
	var refusals []error
	for _, object := range objects {
		resource, err := c.resource(mapper, object)
		if err == nil {
			_, err = resource.Apply(ctx, object.GetName(), object, options)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			refusals = append(refusals, &Refusal{object.GetKind(), object.GetName(), err})
		}
	}
	return errors.Join(refusals...)
}

func (c *Cluster) resource(mapper meta.RESTMapper, object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	gvk := object.GroupVersionKind()
	mapping, err := mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		return c.dynamic.Resource(mapping.Resource), nil
	}
	namespace := object.GetNamespace()
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	return c.dynamic.Resource(mapping.Resource).Namespace(namespace), nil
}

// OfKind returns the objects of the kinds.
func OfKind(objects []*unstructured.Unstructured, kinds ...string) []*unstructured.Unstructured {
	return slices.DeleteFunc(slices.Clone(objects), func(o *unstructured.Unstructured) bool { return !slices.Contains(kinds, o.GetKind()) })
}

// await asks until done; what it returns in the end is why it is not.
func await(ctx context.Context, done func(ctx context.Context) (why error)) error {
	for {
		why := done(ctx)
		if why == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), why)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
