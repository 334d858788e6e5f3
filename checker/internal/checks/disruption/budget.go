package disruption

import (
	"fmt"
	"strings"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"stagecraft/checker/internal/check"
)

// budgets judges what the eviction API answers to a drain, at every number of pods.
func budgets(t *check.T, s *shop) {
	for _, name := range services {
		t.Step("drain a node with a pod of %s", name)
		b := s.budgetOf(t, name)
		for pods := fewest; pods <= most; pods++ {
			least := desired(t, b, pods)
			allowed := pods - least
			seen := fmt.Sprintf("with %d pods, all ready, %d may go: %s", pods, max(allowed, 0), written(b))
			t.True(allowed >= 1, check.Failure{
				ID: "blocks", Sentence: "a drain never ends: no pod of " + name + " may go", Expected: fmt.Sprintf("one of %d may go", pods), Seen: seen,
				Why: "`kubectl drain` asks again and again, and the upgrade of the cluster stands still until an operator deletes the budget",
			})
			t.True(allowed <= 1, check.Failure{
				ID: "several", Sentence: fmt.Sprintf("a drain takes several pods of %s at the same time", name), Expected: fmt.Sprintf("one of %d may go at a time", pods), Seen: seen,
				Why: "at the peak all pods are needed; the next one may go when the first has been replaced and is ready",
			})
		}
		always := b.Spec.UnhealthyPodEvictionPolicy != nil && *b.Spec.UnhealthyPodEvictionPolicy == policyv1.AlwaysAllow
		t.True(always, check.Failure{
			ID: "sick", Sentence: fmt.Sprintf("pods of %s that are not ready block a drain", name), Expected: "a pod that is not ready may go at any time",
			Seen: fmt.Sprintf("none of %d pods is ready: the eviction API refuses each of them; unhealthyPodEvictionPolicy: %s", fewest, policy(b)),
			Why:  "they serve nothing, and do not become ready by waiting: a release that went wrong at night stops the upgrade of the cluster",
		})
	}
}

// budgetOf is the one budget of a service's pods.
func (s *shop) budgetOf(t *check.T, name string) *policyv1.PodDisruptionBudget {
	var found []*policyv1.PodDisruptionBudget
	var names []string
	for _, b := range s.budgets {
		if selects(t, b, s.labels(name)) {
			found, names = append(found, b), append(names, b.Name)
		}
	}
	t.True(len(found) > 0, check.Failure{
		ID: "none", Sentence: "no budget protects the pods of " + name, Expected: "a PodDisruptionBudget whose selector matches the labels of its pods",
		Seen: fmt.Sprintf("%d budgets; the pods have %s", len(s.budgets), s.labels(name)), Why: "a drain evicts all pods of a node at once, and two nodes are drained in one go",
	})
	t.True(len(found) == 1, check.Failure{
		ID: "two", Sentence: "a pod of " + name + " has more than one budget", Expected: "one", Seen: strings.Join(names, ", "),
		Why: "the eviction API supports one for each pod, and answers each request with an error",
	})
	b := found[0]
	for _, other := range services {
		t.True(other == name || !selects(t, b, s.labels(other)), check.Failure{
			ID: "shared", Sentence: fmt.Sprintf("%s and %s share a budget", name, other), Expected: "one budget for each service", Seen: "the selector of " + b.Name + " matches pods of both",
			Why: "a pod of one service that is not ready uses the budget up, and none of the others may go",
		})
	}
	for _, job := range s.jobs {
		t.True(!selects(t, b, job.Spec.Template.Labels), check.Failure{
			ID: "shared", Sentence: fmt.Sprintf("%s and the Job %s share a budget", name, job.Name), Expected: "a budget for the pods of the service alone",
			Seen: "the selector of " + b.Name + " matches pods of both", Why: "the budget counts pods that end by themselves",
		})
	}
	return b
}

func selects(t *check.T, b *policyv1.PodDisruptionBudget, pod labels.Set) bool {
	selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
	t.True(err == nil, check.Failure{
		ID: "refused", Sentence: "the API server refuses the PodDisruptionBudget " + b.Name, Expected: "a selector", Seen: fmt.Sprint(err), Why: "a budget that is refused protects nothing",
	})
	return selector.Matches(pod)
}

// desired is how many of the pods must stay, as the disruption controller counts: percentages are rounded up, of both fields.
func desired(t *check.T, b *policyv1.PodDisruptionBudget, pods int) int {
	least, unavailable := b.Spec.MinAvailable, b.Spec.MaxUnavailable
	t.True(least != nil || unavailable != nil, check.Failure{
		ID: "blocks", Sentence: "the PodDisruptionBudget " + b.Name + " says nothing, and no pod may go", Expected: "one of minAvailable and maxUnavailable", Seen: written(b),
		Why: "the disruption controller expects no pod for it, and allows none to go",
	})
	field := least
	if field == nil {
		field = unavailable
	}
	n, err := intstr.GetScaledValueFromIntOrPercent(field, pods, true)
	t.True(err == nil && n >= 0 && (least == nil || unavailable == nil), check.Failure{
		ID: "refused", Sentence: "the API server refuses the PodDisruptionBudget " + b.Name, Expected: "one of minAvailable and maxUnavailable, a number or a percentage", Seen: written(b),
		Why: "a budget that is refused protects nothing",
	})
	if least != nil {
		return n
	}
	return max(pods-n, 0)
}

func written(b *policyv1.PodDisruptionBudget) string {
	var parts []string
	if b.Spec.MinAvailable != nil {
		parts = append(parts, "minAvailable "+b.Spec.MinAvailable.String())
	}
	if b.Spec.MaxUnavailable != nil {
		parts = append(parts, "maxUnavailable "+b.Spec.MaxUnavailable.String())
	}
	if parts == nil {
		return "neither minAvailable nor maxUnavailable is set"
	}
	return strings.Join(parts, ", ")
}

func policy(b *policyv1.PodDisruptionBudget) string {
	if b.Spec.UnhealthyPodEvictionPolicy == nil {
		return "not set"
	}
	return string(*b.Spec.UnhealthyPodEvictionPolicy)
}
