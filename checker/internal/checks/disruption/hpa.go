package disruption

import (
	"math"
	"slices"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
)

// What the autoscaler does, by the documentation and the source of Kubernetes: every syncPeriod it compares the mean of the ready pods with the
// target, leaves a difference of a tenth alone, and applies its behavior.
const (
	syncPeriod = 15 * time.Second
	tolerance  = 0.1
	// metricsAge is how old the numbers of metrics-server can be, startTime how long a new pod takes until it is ready.
	metricsAge = 15 * time.Second
	startTime  = 30 * time.Second
	// downWindow is the stabilization window of scaling in when none is set.
	downWindow = 5 * time.Minute
)

// demand is what a service needs in all at a time, in thousandths of a CPU, spread evenly over its ready pods. Its memory is the same
// in each pod at any load.
type demand func(at time.Duration) float64

// memoryOfPod is what each pod uses, in bytes.
const memoryOfPod = 200 << 20

// state is what a simulation has at a time.
type state struct {
	at           time.Duration
	needed       float64
	ready, pods  int
	perPod       float64 // what a pod may surely use
	before, wish int     // replicas before and after the autoscaler looked
}

// simulation runs an autoscaler over a load.
type simulation struct {
	h        *autoscalingv2.HorizontalPodAutoscaler
	requests map[corev1.ResourceName]float64 // of a pod

	starts       []time.Duration // of each pod, the oldest first
	wishes       []event         // what the metrics alone asked for
	ups, downs   []event         // changes that were made
	scaleUp      autoscalingv2.HPAScalingRules
	scaleDown    autoscalingv2.HPAScalingRules
	upWin, dnWin time.Duration
}

type event struct {
	at time.Duration
	n  int
}

func newSimulation(h *autoscalingv2.HorizontalPodAutoscaler, requests map[corev1.ResourceName]float64, pods int) *simulation {
	s := &simulation{h: h, requests: requests, dnWin: downWindow}
	hundred, four := autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PercentScalingPolicy, Value: 100, PeriodSeconds: 15},
		autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PodsScalingPolicy, Value: 4, PeriodSeconds: 15}
	s.scaleUp.Policies, s.scaleDown.Policies = []autoscalingv2.HPAScalingPolicy{hundred, four}, []autoscalingv2.HPAScalingPolicy{hundred}
	if b := h.Spec.Behavior; b != nil {
		s.upWin = merge(&s.scaleUp, b.ScaleUp, s.upWin)
		s.dnWin = merge(&s.scaleDown, b.ScaleDown, s.dnWin)
	}
	for range pods {
		s.starts = append(s.starts, -time.Hour)
	}
	return s
}

// merge lays what is set over the defaults.
func merge(rules, set *autoscalingv2.HPAScalingRules, window time.Duration) time.Duration {
	if set == nil {
		return window
	}
	if len(set.Policies) > 0 {
		rules.Policies = set.Policies
	}
	rules.SelectPolicy = set.SelectPolicy
	if set.StabilizationWindowSeconds != nil {
		return time.Duration(*set.StabilizationWindowSeconds) * time.Second
	}
	return window
}

// run calls see each second until it returns false. The autoscaler looks for the first time after phase.
func (s *simulation) run(phase, until time.Duration, load demand, see func(state) bool) {
	for at := time.Duration(0); at <= until; at += time.Second {
		pods := len(s.starts)
		wanted := pods
		if (at-phase)%syncPeriod == 0 {
			wanted = s.step(at, load)
		}
		now := state{at: at, needed: load(at), ready: s.ready(at), pods: pods, perPod: s.requests[corev1.ResourceCPU], before: pods, wish: wanted}
		if !see(now) {
			return
		}
		for len(s.starts) < wanted {
			s.starts = append(s.starts, at)
		}
		s.starts = s.starts[:wanted] // those that are not ready go first, and they are the youngest
	}
}

func (s *simulation) ready(at time.Duration) int {
	n := 0
	for _, start := range s.starts {
		if start+startTime <= at {
			n++
		}
	}
	return n
}

// step is one look: the number of pods from now on.
func (s *simulation) step(at time.Duration, load demand) int {
	pods := len(s.starts)
	wish := 0
	for _, metric := range s.h.Spec.Metrics {
		wish = max(wish, s.byMetric(metric, at, load, pods))
	}
	wish = min(max(wish, s.least()), int(s.h.Spec.MaxReplicas))
	s.wishes = append(s.wishes, event{at, wish})
	wish = s.stabilized(at, pods, wish)
	switch {
	case wish > pods:
		wish = min(wish, max(pods, s.limit(at, pods, s.scaleUp, up)), int(s.h.Spec.MaxReplicas))
		if wish > pods {
			s.ups = append(s.ups, event{at, wish - pods})
		}
	case wish < pods:
		wish = max(wish, min(pods, s.limit(at, pods, s.scaleDown, down)), s.least())
		if wish < pods {
			s.downs = append(s.downs, event{at, pods - wish})
		}
	}
	return wish
}

func (s *simulation) least() int {
	if s.h.Spec.MinReplicas == nil {
		return 1
	}
	return int(*s.h.Spec.MinReplicas)
}

// byMetric is how many pods one metric asks for.
func (s *simulation) byMetric(metric autoscalingv2.MetricSpec, at time.Duration, load demand, pods int) int {
	name, target := source(metric)
	ready := max(s.ready(at), 1)
	usage := load(max(0, at-metricsAge)) / float64(ready)
	if name == corev1.ResourceMemory {
		usage = memoryOfPod
	}
	var ratio float64
	switch {
	case target.AverageUtilization != nil:
		ratio = math.Floor(usage/s.requests[name]*100) / float64(*target.AverageUtilization) // in whole percent
	case target.AverageValue != nil:
		value := float64(target.AverageValue.MilliValue())
		if name == corev1.ResourceMemory {
			value /= 1000
		}
		ratio = usage / value
	}
	if math.Abs(ratio-1) <= tolerance {
		return pods
	}
	waiting := pods - s.ready(at)
	if waiting == 0 || ratio < 1 {
		return int(math.Ceil(ratio * float64(ready)))
	}
	// Pods that are not ready count as idle when there is too much load.
	corrected := ratio * float64(ready) / float64(pods)
	if math.Abs(corrected-1) <= tolerance || corrected < 1 {
		return pods
	}
	return int(math.Ceil(corrected * float64(pods)))
}

// source is the resource that a metric reads, and its target.
func source(metric autoscalingv2.MetricSpec) (corev1.ResourceName, autoscalingv2.MetricTarget) {
	switch {
	case metric.Resource != nil:
		return metric.Resource.Name, metric.Resource.Target
	case metric.ContainerResource != nil:
		return metric.ContainerResource.Name, metric.ContainerResource.Target
	default:
		return "", autoscalingv2.MetricTarget{}
	}
}

// stabilized is the wish after the windows: the least of the last minutes to add pods, the most to take some away.
func (s *simulation) stabilized(at time.Duration, pods, wish int) int {
	atLeast, atMost := wish, wish
	for _, e := range s.wishes {
		if e.at > at-s.upWin {
			atLeast = min(atLeast, e.n)
		}
		if e.at > at-s.dnWin {
			atMost = max(atMost, e.n)
		}
	}
	result := pods
	if result < atLeast {
		result = atLeast
	}
	if result > atMost {
		result = atMost
	}
	return result
}

const up, down = 1, -1

// limit is how far the policies let the number of pods go.
func (s *simulation) limit(at time.Duration, pods int, rules autoscalingv2.HPAScalingRules, way int) int {
	choice := autoscalingv2.MaxChangePolicySelect
	if rules.SelectPolicy != nil {
		choice = *rules.SelectPolicy
	}
	if choice == autoscalingv2.DisabledPolicySelect {
		return pods
	}
	var limits []int
	for _, policy := range rules.Policies {
		period := time.Duration(policy.PeriodSeconds) * time.Second
		start := pods - sum(s.ups, at-period) + sum(s.downs, at-period)
		limit := start + way*int(policy.Value)
		if policy.Type == autoscalingv2.PercentScalingPolicy {
			scaled := float64(start) * (1 + float64(way)*float64(policy.Value)/100)
			limit = int(scaled)
			if way == up {
				limit = int(math.Ceil(scaled))
			}
		}
		limits = append(limits, limit)
	}
	if (choice == autoscalingv2.MaxChangePolicySelect) == (way == up) {
		return slices.Max(limits)
	}
	return slices.Min(limits)
}

func sum(events []event, after time.Duration) int {
	n := 0
	for _, e := range events {
		if e.at > after {
			n += e.n
		}
	}
	return n
}
