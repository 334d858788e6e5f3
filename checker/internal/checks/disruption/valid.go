package disruption

import (
	"fmt"
	"slices"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"stagecraft/checker/internal/check"
)

// What follows is what the API server requires of the fields of this lesson, beyond their types.

func refused(t *check.T, ok bool, what, expected, seen string) {
	t.True(ok, check.Failure{
		ID: "refused", Sentence: "the API server refuses " + what, Expected: expected, Seen: seen, Why: "an object that is refused is not there, and what it should have done does not happen",
	})
}

func (s *shop) scalerIsValid(t *check.T, name string, h *autoscalingv2.HorizontalPodAutoscaler) {
	what := "the autoscaler of " + name
	for _, m := range h.Spec.Metrics {
		blocks := 0
		for _, set := range []bool{m.Resource != nil, m.ContainerResource != nil, m.Pods != nil, m.Object != nil, m.External != nil} {
			if set {
				blocks++
			}
		}
		own := map[autoscalingv2.MetricSourceType]bool{
			autoscalingv2.ResourceMetricSourceType: m.Resource != nil, autoscalingv2.ContainerResourceMetricSourceType: m.ContainerResource != nil,
			autoscalingv2.PodsMetricSourceType: m.Pods != nil, autoscalingv2.ObjectMetricSourceType: m.Object != nil, autoscalingv2.ExternalMetricSourceType: m.External != nil,
		}
		refused(t, own[m.Type] && blocks == 1, what, "a metric with a type, and the block of this type alone", fmt.Sprintf("type %q, %d blocks", m.Type, blocks))
		_, target := source(m)
		refused(t, target.AverageUtilization == nil || target.AverageValue == nil, what, "one of averageUtilization and averageValue", "both")
	}
	if b := h.Spec.Behavior; b != nil {
		for _, rules := range []*autoscalingv2.HPAScalingRules{b.ScaleUp, b.ScaleDown} {
			if rules != nil {
				rulesAreValid(t, what, rules)
			}
		}
	}
}

func rulesAreValid(t *check.T, what string, rules *autoscalingv2.HPAScalingRules) {
	if w := rules.StabilizationWindowSeconds; w != nil {
		refused(t, *w >= 0 && *w <= 3600, what, "stabilizationWindowSeconds from 0 to 3600", fmt.Sprint(*w))
	}
	if s := rules.SelectPolicy; s != nil {
		known := []autoscalingv2.ScalingPolicySelect{autoscalingv2.MaxChangePolicySelect, autoscalingv2.MinChangePolicySelect, autoscalingv2.DisabledPolicySelect}
		refused(t, slices.Contains(known, *s), what, "selectPolicy Max, Min or Disabled", string(*s))
	}
	refused(t, rules.Tolerance == nil, what, "no tolerance: it is not in Kubernetes 1.33 yet", "tolerance")
	for _, p := range rules.Policies {
		known := p.Type == autoscalingv2.PodsScalingPolicy || p.Type == autoscalingv2.PercentScalingPolicy
		refused(t, known && p.Value > 0 && p.PeriodSeconds > 0 && p.PeriodSeconds <= 1800, what, "policies of the type Pods or Percent, with a value above 0 and periodSeconds from 1 to 1800",
			fmt.Sprintf("type %q, value %d, periodSeconds %d", p.Type, p.Value, p.PeriodSeconds))
	}
}

// placementIsValid requires what the API server requires of the rules of placement, and no rules but those that the checker can judge.
func (s *shop) placementIsValid(t *check.T, name string) {
	what, pod := "the pods of "+name, s.pod(name).Spec
	seen := map[string]bool{}
	for _, c := range pod.TopologySpreadConstraints {
		_, err := metav1.LabelSelectorAsSelector(c.LabelSelector)
		known := c.WhenUnsatisfiable == corev1.DoNotSchedule || c.WhenUnsatisfiable == corev1.ScheduleAnyway
		refused(t, err == nil && c.MaxSkew > 0 && c.TopologyKey != "" && known, what, "topologySpreadConstraints with maxSkew, topologyKey, whenUnsatisfiable and a selector", s.rules(name))
		refused(t, c.MinDomains == nil || c.WhenUnsatisfiable == corev1.DoNotSchedule, what, "minDomains with DoNotSchedule alone", s.rules(name))
		for _, policy := range []*corev1.NodeInclusionPolicy{c.NodeAffinityPolicy, c.NodeTaintsPolicy} {
			refused(t, policy == nil || *policy == corev1.NodeInclusionPolicyHonor || *policy == corev1.NodeInclusionPolicyIgnore, what, "policies Honor or Ignore", s.rules(name))
		}
		for _, key := range c.MatchLabelKeys {
			inSelector := c.LabelSelector != nil && (c.LabelSelector.MatchLabels[key] != "" || slices.ContainsFunc(c.LabelSelector.MatchExpressions, func(r metav1.LabelSelectorRequirement) bool { return r.Key == key }))
			refused(t, c.LabelSelector != nil && !inSelector, what, "matchLabelKeys beside a labelSelector that does not have these keys", s.rules(name))
		}
		pair := c.TopologyKey + " " + string(c.WhenUnsatisfiable)
		refused(t, !seen[pair], what, "one constraint for each topologyKey and whenUnsatisfiable", s.rules(name))
		seen[pair] = true
	}
	unknown := ""
	switch a := pod.Affinity; {
	case pod.NodeSelector != nil || pod.NodeName != "":
		unknown = "nodeSelector or nodeName"
	case a != nil && (a.NodeAffinity != nil || a.PodAffinity != nil):
		unknown = "nodeAffinity or podAffinity"
	}
	anti := (&scheduler{pod: &pod}).antiAffinity()
	terms := slices.Clone(anti.RequiredDuringSchedulingIgnoredDuringExecution)
	for _, wish := range anti.PreferredDuringSchedulingIgnoredDuringExecution {
		refused(t, wish.Weight >= 1 && wish.Weight <= 100, what, "weights from 1 to 100", fmt.Sprint(wish.Weight))
		terms = append(terms, wish.PodAffinityTerm)
	}
	for _, term := range terms {
		refused(t, term.TopologyKey != "", what, "anti-affinity with a topologyKey", s.rules(name))
		if term.Namespaces != nil || term.NamespaceSelector != nil || term.MismatchLabelKeys != nil {
			unknown = "namespaces or mismatchLabelKeys"
		}
	}
	t.True(unknown == "", check.Failure{
		ID: "other-rule", Sentence: "the pods of " + name + " are placed by a rule of another kind", Expected: "topologySpreadConstraints and podAntiAffinity in the namespace of the shop, and nothing else",
		Seen: unknown, Why: "the nodes of this cluster have nothing but their names and their zones, and the checker cannot judge such a rule",
	})
}
