package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
)

// strategy is how the API server treats a kind when it is created. Custom resources, which only a cluster knows, have none.
func strategy(object runtime.Object) rest.RESTCreateStrategy {
	switch object.(type) {
	case *apps.Deployment:
		return deployment.Strategy
	case *apps.StatefulSet:
		return statefulset.Strategy
	case *autoscaling.HorizontalPodAutoscaler:
		return horizontalpodautoscaler.Strategy
	case *batch.Job:
		return job.Strategy
	case *batch.CronJob:
		return cronjob.Strategy
	case *core.ConfigMap:
		return configmap.Strategy
	case *core.Namespace:
		return namespace.Strategy
	case *core.Secret:
		return secret.Strategy
	case *core.Service:
		return service.Strategy
	case *core.ServiceAccount:
		return serviceaccount.Strategy
	case *networking.NetworkPolicy:
		return networkpolicy.Strategy
	case *policy.PodDisruptionBudget:
		return poddisruptionbudget.Strategy
	}
	return nil
}

// The version of Kubernetes whose validation this is.
const servedMajor, servedMinor = 1, 33

// parse reads manifests strictly: an unknown field is a mistake, and so is a kind of Kubernetes in a version that it does not serve.
func parse(manifests []byte) (set, []finding) {
	s := set{}
	var found []finding
	decoder := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(manifests)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return s, found
		}
		if err != nil {
			return s, append(found, finding{"schema", "manifests", err.Error()})
		}
		var kind struct {
			metav1.TypeMeta   `json:",inline"`
			metav1.ObjectMeta `json:"metadata"`
		}
		if err := utilyaml.Unmarshal(document, &kind); err != nil || kind.Kind == "" {
			if err != nil {
				found = append(found, finding{"schema", "manifests", err.Error()})
			}
			continue
		}
		if !scheme.Scheme.IsGroupRegistered(kind.GroupVersionKind().Group) {
			continue
		}
		object, _, err := decoder.Decode(document, nil, nil)
		if err != nil {
			found = append(found, finding{"schema", kind.Kind + " " + kind.Name, err.Error()})
			continue
		}
		if old, ok := object.(interface{ APILifecycleRemoved() (major, minor int) }); ok {
			if major, minor := old.APILifecycleRemoved(); major == servedMajor && minor <= servedMinor {
				found = append(found, finding{"schema", describe(object), fmt.Sprintf("%s is not served since Kubernetes %d.%d", kind.APIVersion, major, minor)})
				continue
			}
		}
		s.objects = append(s.objects, object)
	}
}

// validate returns why the API server would refuse objects.
func validate(s set) (found []finding) {
	for _, object := range s.objects {
		internal, err := legacyscheme.Scheme.ConvertToVersion(defaulted(object), runtime.InternalGroupVersioner)
		if err != nil {
			found = append(found, finding{"schema", describe(object), err.Error()})
			continue
		}
		strategy := strategy(internal)
		if strategy == nil {
			continue
		}
		accessor, err := meta.Accessor(internal)
		if err != nil {
			continue
		}
		if strategy.NamespaceScoped() && accessor.GetNamespace() == "" {
			accessor.SetNamespace(metav1.NamespaceDefault)
		}
		if s, ok := internal.(*core.Service); ok && s.Spec.ClusterIP != "" {
			s.Spec.ClusterIPs = []string{s.Spec.ClusterIP} // which the API server does outside of the strategy
		}
		accessor.SetUID("00000000-0000-0000-0000-000000000000") // a Job's selector is made of it
		ctx := genericapirequest.WithNamespace(context.Background(), accessor.GetNamespace())
		strategy.PrepareForCreate(ctx, internal)
		for _, fault := range strategy.Validate(ctx, internal) {
			found = append(found, finding{"validation", describe(object), fault.Error()})
		}
	}
	return found
}

func defaulted(object runtime.Object) runtime.Object {
	c := object.DeepCopyObject()
	legacyscheme.Scheme.Default(c)
	return c
}

func describe(object runtime.Object) string {
	accessor, err := meta.Accessor(object)
	if err != nil {
		return fmt.Sprintf("%T", object)
	}
	return object.GetObjectKind().GroupVersionKind().Kind + " " + accessor.GetName()
}
