package kube

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

func TestAwaitRollout_NoProgress_EndsAtOnceAndSaysWhy(t *testing.T) {
	t.Parallel()
	c := &Cluster{Client: fake.NewClientset(&appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "order", Namespace: "shop"},
		Status: appsv1.DeploymentStatus{Conditions: []appsv1.DeploymentCondition{
			{Type: appsv1.DeploymentProgressing, Status: corev1.ConditionFalse, Reason: "ProgressDeadlineExceeded"},
		}},
	})}
	err := c.AwaitRollout(t.Context(), "shop", "order")
	require.ErrorIs(t, err, errDeadline)
	assert.ErrorContains(t, err, "0 of 1 pods are new")
}

func TestRollBack_ThreeTemplates_TheOneBeforeTheNewest(t *testing.T) {
	t.Parallel()
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "order", Namespace: "shop", UID: "1"},
		Spec: appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "order"}}}}
	objects := []runtime.Object{d}
	for revision, image := range map[string]string{"2": "order:2", "10": "order:10", "9": "order:9"} {
		yes := true
		objects = append(objects, &appsv1.ReplicaSet{
			ObjectMeta: metav1.ObjectMeta{Name: "order-" + revision, Namespace: "shop", Labels: map[string]string{"app": "order"},
				Annotations:     map[string]string{"deployment.kubernetes.io/revision": revision},
				OwnerReferences: []metav1.OwnerReference{{UID: d.UID, Controller: &yes}}},
			Spec: appsv1.ReplicaSetSpec{Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "order", "pod-template-hash": revision}},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "order", Image: image}}},
			}},
		})
	}
	c := &Cluster{Client: fake.NewClientset(objects...)}
	require.NoError(t, c.RollBack(t.Context(), "shop", "order"))
	after, err := c.Client.AppsV1().Deployments("shop").Get(t.Context(), "order", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, "order:9", after.Spec.Template.Spec.Containers[0].Image)
	assert.Equal(t, map[string]string{"app": "order"}, after.Spec.Template.Labels)
}

// A budget that refuses delays the drain, and is counted; a pod that stops is waited for.
func TestDrain_BudgetRefuses_AsksAgain(t *testing.T) {
	t.Parallel()
	client := fake.NewClientset(
		&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-1"}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "order", Namespace: "shop"}, Spec: corev1.PodSpec{NodeName: "node-1"}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "job", Namespace: "shop"}, Status: corev1.PodStatus{Phase: corev1.PodSucceeded}},
	)
	asked := 0
	client.PrependReactor("create", "pods", func(action clienttesting.Action) (bool, runtime.Object, error) {
		eviction, ok := action.(clienttesting.CreateAction).GetObject().(*policyv1.Eviction)
		if !ok {
			return false, nil, nil
		}
		if asked++; asked < 3 {
			return true, nil, apierrors.NewTooManyRequests("budget", 0)
		}
		return true, nil, client.Tracker().Delete(schema.GroupVersionResource{Version: "v1", Resource: "pods"}, "shop", eviction.Name)
	})
	c := &Cluster{Client: client}
	refused, err := c.Drain(t.Context(), "node-1")
	require.NoError(t, err)
	assert.Equal(t, 2, refused)
	node, err := client.CoreV1().Nodes().Get(t.Context(), "node-1", metav1.GetOptions{})
	require.NoError(t, err)
	assert.True(t, node.Spec.Unschedulable)
}

func TestOpen_NoClusterAnywhere_SaysWhatToDo(t *testing.T) {
	t.Setenv(KubeconfigVariable, "")
	_, err := choose(context.Background(), Options{Root: t.TempDir()})
	require.ErrorContains(t, err, "setup-kube")
	assert.False(t, errors.Is(err, errSkip))
}
