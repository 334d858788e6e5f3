package rollout

import (
	"context"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"stagecraft/checker/internal/kube"
)

// pod is what the checks look at.
type pod struct {
	name, template string
	ready, leaving bool
	started        bool // its startup probe has succeeded, or its process exists
	restarts       int32
	waiting        string // why its container does not run
}

func podOf(p *corev1.Pod) pod {
	one := pod{name: p.Name, template: p.Labels[appsv1.DefaultDeploymentUniqueLabelKey], ready: kube.Ready(p), leaving: p.DeletionTimestamp != nil}
	for _, c := range p.Status.ContainerStatuses {
		one.restarts += c.RestartCount
		one.started = c.Started != nil && *c.Started
		if c.State.Waiting != nil {
			one.waiting = c.State.Waiting.Reason
		}
	}
	return one
}

func (p pod) String() string {
	switch {
	case p.leaving:
		return p.name + " stops"
	case p.ready:
		return p.name + " is ready"
	case p.waiting != "":
		return p.name + " waits: " + p.waiting
	default:
		return p.name + " is not ready"
	}
}

// snapshot is the state of all pods, in one line for each Deployment.
func (l *lab) snapshot(ctx context.Context) string {
	var lines []string
	for _, name := range services {
		pods, err := l.pods(ctx, name)
		if err != nil {
			lines = append(lines, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		var texts []string
		for _, p := range pods {
			texts = append(texts, p.String())
		}
		lines = append(lines, name+": "+strings.Join(texts, ", "))
	}
	return strings.Join(lines, "\n")
}
