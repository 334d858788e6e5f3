package disruption

import (
	"fmt"
	"strings"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"stagecraft/checker/internal/check"
)

const (
	// A service needs atRest of a thousandth of a CPU in the night, and atPeak in the evening, which it reaches in rises.
	atRest, atPeak = 40, 700
	rises          = 10 * time.Minute
	// lull is how long the load may be away before pods go, calm when the last one that is not needed must be gone.
	lull = 2 * time.Minute
	calm = 30 * time.Minute
	// apart is the time between two pods that go.
	apart = 30 * time.Second
)

// autoscaler lets the load of a day come over the autoscaler of each service.
func autoscaler(t *check.T, s *shop) {
	for _, name := range services {
		h := s.scalerOf(t, name)
		s.keepsReplicas(t, name)
		requests := s.measured(t, name, h)
		t.Step("let the load of a day come over %s", name)
		night(t, name, newSimulation(h, requests, 1))
		for phase := time.Duration(0); phase < syncPeriod; phase += time.Second {
			evening(t, name, newSimulation(h, requests, fewest), phase)
		}
		wave(t, name, newSimulation(h, requests, most))
		end(t, name, newSimulation(h, requests, most))
	}
}

// scalerOf is the one autoscaler of a service.
func (s *shop) scalerOf(t *check.T, name string) *autoscalingv2.HorizontalPodAutoscaler {
	var found []*autoscalingv2.HorizontalPodAutoscaler
	var targets []string
	for _, h := range s.scalers {
		target := h.Spec.ScaleTargetRef
		targets = append(targets, fmt.Sprintf("%s of %s %s (%s)", h.Name, target.Kind, target.Name, target.APIVersion))
		if target.Kind == "Deployment" && target.Name == name && target.APIVersion == "apps/v1" {
			found = append(found, h)
		}
	}
	seen := "no autoscaler at all"
	if targets != nil {
		seen = strings.Join(targets, ", ")
	}
	t.True(len(found) > 0, check.Failure{
		ID: "none", Sentence: "nothing adds pods of " + name + " when the load rises", Expected: "a HorizontalPodAutoscaler whose scaleTargetRef is {apiVersion: apps/v1, kind: Deployment, name: " + name + "}",
		Seen: seen, Why: "the number of pods stays what it is; an autoscaler without its target says so in its status only",
	})
	t.True(len(found) == 1, check.Failure{
		ID: "two", Sentence: "two autoscalers set the number of pods of " + name, Expected: "one", Seen: seen, Why: "Kubernetes finds them ambiguous, and both stop",
	})
	h := found[0]
	s.scalerIsValid(t, name, h)
	least := 1
	if h.Spec.MinReplicas != nil {
		least = int(*h.Spec.MinReplicas)
	}
	t.True(least >= 1 && int(h.Spec.MaxReplicas) >= least && len(h.Spec.Metrics) > 0, check.Failure{
		ID: "refused", Sentence: "the autoscaler of " + name + " does nothing", Expected: "minReplicas of at least 1, maxReplicas not less than that, and a metric",
		Seen: fmt.Sprintf("minReplicas %d, maxReplicas %d, %d metrics", least, h.Spec.MaxReplicas, len(h.Spec.Metrics)), Why: "the API server refuses it, or it has nothing to decide by",
	})
	return h
}

// keepsReplicas requires that a deploy leaves the number of pods to the autoscaler, and takes none away that is needed.
func (s *shop) keepsReplicas(t *check.T, name string) {
	for pods := fewest; pods <= most; pods++ {
		surge, unavailable := s.fenceposts(name, pods)
		t.True(unavailable == 0 && surge > 0, check.Failure{
			ID: "deploy", Sentence: fmt.Sprintf("each deploy takes ready pods of %s away", name), Expected: fmt.Sprintf("maxUnavailable: 0 and a surge, so that %d of %d stay ready", pods, pods),
			Seen: fmt.Sprintf("with %d pods: %d more, %d less", pods, surge, unavailable), Why: "at the peak each of them is needed",
		})
	}
	replicas := s.deployments[name].Spec.Replicas
	t.True(replicas == nil, check.Failure{
		ID: "deploy", Sentence: "each deploy changes the number of pods of " + name, Expected: "no replicas in the Deployment: the autoscaler owns them", Seen: fmt.Sprintf("replicas: %d", orZero(replicas)),
		Why: "`kubectl apply` at the peak takes the pods away that the autoscaler has added, and it needs minutes to add them again",
	})
}

// measured are the requests of a pod, if the metrics that the autoscaler reads exist.
func (s *shop) measured(t *check.T, name string, h *autoscalingv2.HorizontalPodAutoscaler) map[corev1.ResourceName]float64 {
	for _, metric := range h.Spec.Metrics {
		resource, target := source(metric)
		known := resource == corev1.ResourceCPU || resource == corev1.ResourceMemory
		known = known && (target.AverageUtilization != nil && target.Type == autoscalingv2.UtilizationMetricType || target.AverageValue != nil && target.Type == autoscalingv2.AverageValueMetricType)
		if metric.ContainerResource != nil {
			known = known && metric.ContainerResource.Container == s.container(name).Name
		}
		t.True(known, check.Failure{
			ID: "no-metric", Sentence: "the autoscaler of " + name + " has no number to decide by",
			Expected: "metrics of the type Resource or ContainerResource, with an averageUtilization or an averageValue of cpu or memory: this cluster has metrics-server and no other source",
			Seen:     fmt.Sprintf("type %s, resource %q, target %s", metric.Type, resource, target.Type), Why: "the autoscaler leaves the number of pods alone, and says so in its status only",
		})
	}
	requests := map[corev1.ResourceName]float64{}
	for _, kind := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		for _, c := range s.pod(name).Spec.Containers {
			q, ok := request(&c, kind)
			t.True(ok && !q.IsZero(), check.Failure{
				ID: "no-request", Sentence: "the autoscaler of " + name + " has nothing to count by", Expected: fmt.Sprintf("resources.requests.%s in each container", kind), Seen: "none in " + c.Name,
				Why: "utilization is counted in percent of the request; without one the autoscaler does nothing",
			})
			value := float64(q.MilliValue())
			if kind == corev1.ResourceMemory {
				value /= 1000
			}
			requests[kind] += value
		}
	}
	return requests
}

// night begins with one pod, as after a fault, and has little load.
func night(t *check.T, name string, s *simulation) {
	s.run(0, 15*time.Minute, func(time.Duration) float64 { return atRest }, func(now state) bool {
		if now.at < 5*time.Minute {
			return true // until it has settled
		}
		t.True(now.wish == fewest, check.Failure{
			ID: "night", Sentence: fmt.Sprintf("%s has %s at night", name, count(now.wish)), Expected: fmt.Sprintf("%d pods at a load of %dm", fewest, atRest),
			Seen: fmt.Sprintf("%s, of %.0fm each", count(now.wish), now.perPod), Why: "one pod is no service while its node is drained; more than two cost money while customers sleep",
		})
		return now.at < 10*time.Minute
	})
}

// evening lets the load rise. When the autoscaler looks is chance.
func evening(t *check.T, name string, s *simulation, phase time.Duration) {
	load := func(at time.Duration) float64 { return atRest + (atPeak-atRest)*min(1, float64(at)/float64(rises)) }
	s.run(phase, rises+5*time.Minute, load, func(now state) bool {
		t.True(float64(now.ready)*now.perPod >= now.needed, check.Failure{
			ID: "late", Sentence: fmt.Sprintf("the pods of %s are too few in the evening", name),
			Expected: fmt.Sprintf("at any time ready pods whose requests cover the load, which rises from %dm to %dm in ten minutes", atRest, atPeak),
			Seen:     fmt.Sprintf("after %s: the load needs %.0fm; %s ready, of %.0fm each, %s in all", now.at, now.needed, pods(now.ready), now.perPod, count(now.pods)),
			Why:      "a pod gets what it asked for, and more only while its node is idle; it needs half a minute to start, so the autoscaler must act before the others are full",
		})
		t.True(now.wish <= most, check.Failure{
			ID: "expensive", Sentence: fmt.Sprintf("%s has %s in the evening", name, count(now.wish)), Expected: fmt.Sprintf("at most %d", most),
			Seen: fmt.Sprintf("%s, of %.0fm each, for %.0fm", count(now.wish), now.perPod, now.needed), Why: "each pod takes connections of the database, and a place on a node",
		})
		return true
	})
}

// wave takes the load away for a moment.
func wave(t *check.T, name string, s *simulation) {
	const before = 10 * time.Minute
	load := func(at time.Duration) float64 {
		if at > before && at <= before+lull+metricsAge { // an old number can lengthen the pause
			return atRest
		}
		return atPeak
	}
	s.run(0, before+lull+time.Minute, load, func(now state) bool {
		t.True(now.wish >= now.before || now.at < before, check.Failure{
			ID: "hasty", Sentence: fmt.Sprintf("pods of %s go in a pause of %s", name, lull), Expected: "all stay: the load comes back",
			Seen: fmt.Sprintf("%s after %s of little load, before: %s", count(now.wish), (now.at - before).Round(time.Second), count(now.before)),
			Why:  "load comes in waves; a pod that goes and comes back is missing for half a minute, and its caches are empty",
		})
		return true
	})
}

// end takes the load away for good.
func end(t *check.T, name string, s *simulation) {
	const before = 10 * time.Minute
	load := func(at time.Duration) float64 {
		if at > before {
			return atRest
		}
		return atPeak
	}
	last, pods := time.Duration(0), most
	s.run(0, before+calm, load, func(now state) bool {
		gone := now.before - now.wish
		t.True(gone <= 1 && (gone <= 0 || last == 0 || now.at-last >= apart), check.Failure{
			ID: "at-once", Sentence: fmt.Sprintf("several pods of %s go at the same time", name), Expected: fmt.Sprintf("one after the other, %s apart", apart),
			Seen: fmt.Sprintf("from %s to %d at %s, %s after the last change", count(now.before), now.wish, now.at, (now.at - last).Round(time.Second)),
			Why:  "what they did goes to the others at once; one by one shows whether these can carry it",
		})
		if gone > 0 {
			last = now.at
		}
		pods = now.wish
		return true
	})
	t.True(pods == fewest, check.Failure{
		ID: "stays", Sentence: fmt.Sprintf("%s keeps its pods after the evening", name), Expected: fmt.Sprintf("%d pods %s after the load has gone", fewest, calm),
		Seen: count(pods), Why: "pods that do nothing cost as much as those that work",
	})
}

func count(n int) string {
	if n == 1 {
		return "1 pod"
	}
	return fmt.Sprintf("%d pods", n)
}

func pods(ready int) string { return fmt.Sprintf("%d are", ready) }

func orZero(n *int32) int32 {
	if n == nil {
		return 0
	}
	return *n
}
