package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// RestartAnnotation is what a restart changes in the template of the pods, as kubectl does.
const RestartAnnotation = "kubectl.kubernetes.io/restartedAt"

// Restart begins a rollout of a Deployment whose pods are to be made anew.
func (c *Cluster) Restart(ctx context.Context, namespace, name string) error {
	return c.patchTemplate(ctx, namespace, name, map[string]any{"metadata": map[string]any{"annotations": map[string]string{
		RestartAnnotation: time.Now().Format(time.RFC3339Nano),
	}}})
}

func (c *Cluster) patchTemplate(ctx context.Context, namespace, name string, template any) error {
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"template": template}})
	if err != nil {
		return err
	}
	_, err = c.Client.AppsV1().Deployments(namespace).Patch(ctx, name, types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: fieldManager})
	return err
}

// errDeadline says that a rollout will not end by itself.
var errDeadline = errors.New("the rollout made no progress within progressDeadlineSeconds")

// AwaitRollout waits until all pods of a Deployment are of its newest template and available, and no other is left.
func (c *Cluster) AwaitRollout(ctx context.Context, namespace, name string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err := await(ctx, func(ctx context.Context) error {
		d, err := c.Client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, condition := range d.Status.Conditions {
			if condition.Type == appsv1.DeploymentProgressing && condition.Reason == "ProgressDeadlineExceeded" && d.Status.ObservedGeneration >= d.Generation {
				cancel(errDeadline)
			}
		}
		want := int32(1)
		if d.Spec.Replicas != nil {
			want = *d.Spec.Replicas
		}
		if s := d.Status; s.ObservedGeneration < d.Generation || s.UpdatedReplicas != want || s.AvailableReplicas != want || s.Replicas != want {
			return fmt.Errorf("%d of %d pods are new, %d available, %d in all", s.UpdatedReplicas, want, s.AvailableReplicas, s.Replicas)
		}
		pods, err := c.Pods(ctx, d)
		if err == nil && int32(len(pods)) != want {
			err = fmt.Errorf("%d pods are still there, %d are wanted", len(pods), want)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("rollout of %s: %w", name, errors.Join(err, context.Cause(ctx)))
	}
	return nil
}

// Pods returns the pods of a Deployment, those that stop included.
func (c *Cluster) Pods(ctx context.Context, d *appsv1.Deployment) ([]corev1.Pod, error) {
	list, err := c.Client.CoreV1().Pods(d.Namespace).List(ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(d.Spec.Selector)})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// Ready says whether the pod is ready and not about to stop.
func Ready(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil
		}
	}
	return false
}

// RollBack begins a rollout to the template before the newest one.
func (c *Cluster) RollBack(ctx context.Context, namespace, name string) error {
	d, err := c.Client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	sets, err := c.Client.AppsV1().ReplicaSets(namespace).List(ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(d.Spec.Selector)})
	if err != nil {
		return err
	}
	owned := sets.Items[:0]
	for _, set := range sets.Items {
		if metav1.IsControlledBy(&set, d) {
			owned = append(owned, set)
		}
	}
	sort.Slice(owned, func(i, j int) bool { return revision(owned[i]) > revision(owned[j]) })
	if len(owned) < 2 {
		return fmt.Errorf("%s has no template before this one", name)
	}
	template := owned[1].Spec.Template
	delete(template.Labels, appsv1.DefaultDeploymentUniqueLabelKey)
	patch, err := json.Marshal([]map[string]any{{"op": "replace", "path": "/spec/template", "value": template}})
	if err != nil {
		return err
	}
	_, err = c.Client.AppsV1().Deployments(namespace).Patch(ctx, name, types.JSONPatchType, patch, metav1.PatchOptions{FieldManager: fieldManager})
	return err
}

func revision(set appsv1.ReplicaSet) int {
	n, _ := strconv.Atoi(set.Annotations["deployment.kubernetes.io/revision"])
	return n
}

// Drain takes a node out of service, as for maintenance: no new pods, and each pod is asked to go through the eviction API, which respects
// PodDisruptionBudgets. It returns how often the API refused for a budget's sake, when all pods have gone.
func (c *Cluster) Drain(ctx context.Context, node string) (refused int, err error) {
	if err := c.cordon(ctx, node, true); err != nil {
		return 0, err
	}
	err = await(ctx, func(ctx context.Context) error {
		pods, err := c.Client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + node})
		if err != nil {
			return err
		}
		left := 0
		for _, pod := range pods.Items {
			if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
				continue
			}
			left++
			if pod.DeletionTimestamp != nil {
				continue
			}
			err := c.Client.PolicyV1().Evictions(pod.Namespace).Evict(ctx, &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace}})
			switch {
			case apierrors.IsTooManyRequests(err):
				refused++
			case err != nil && !apierrors.IsNotFound(err):
				return err
			}
		}
		if left > 0 {
			return fmt.Errorf("%d pods are left on %s", left, node)
		}
		return nil
	})
	return refused, err
}

// Uncordon lets a node have new pods again.
func (c *Cluster) Uncordon(ctx context.Context, node string) error { return c.cordon(ctx, node, false) }

func (c *Cluster) cordon(ctx context.Context, node string, unschedulable bool) error {
	patch := fmt.Appendf(nil, `{"spec":{"unschedulable":%t}}`, unschedulable)
	_, err := c.Client.CoreV1().Nodes().Patch(ctx, node, types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: fieldManager})
	return err
}

// AwaitJob waits until a Job has succeeded.
func (c *Cluster) AwaitJob(ctx context.Context, namespace, name string) error {
	failed := false
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err := await(ctx, func(ctx context.Context) error {
		job, err := c.Client.BatchV1().Jobs(namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, condition := range job.Status.Conditions {
			if condition.Status != corev1.ConditionTrue {
				continue
			}
			switch condition.Type {
			case "Complete":
				return nil
			case "Failed":
				failed = true
				cancel()
				return errors.New(condition.Message)
			}
		}
		return errors.New("it has not ended")
	})
	if failed {
		return fmt.Errorf("job %s failed: %w", name, err)
	}
	if err != nil {
		return fmt.Errorf("job %s: %w", name, err)
	}
	return nil
}

// AwaitReplicas waits until a Deployment has between least and most pods, all available.
func (c *Cluster) AwaitReplicas(ctx context.Context, namespace, name string, least, most int32) error {
	err := await(ctx, func(ctx context.Context) error {
		d, err := c.Client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		if s := d.Status; s.Replicas < least || s.Replicas > most || s.AvailableReplicas != s.Replicas {
			return fmt.Errorf("%d pods, %d available, between %d and %d wanted", s.Replicas, s.AvailableReplicas, least, most)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("replicas of %s: %w", name, err)
	}
	return nil
}
