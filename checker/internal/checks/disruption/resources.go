package disruption

import (
	"fmt"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"

	"stagecraft/checker/internal/check"
)

const (
	// perService is how many connections the database gives to each service; smallestPool how many a pod needs, usualPool how many it takes
	// when DB_MAX_CONNS is not set.
	perService, smallestPool, usualPool = 60, 5, 10

	poolSize, memoryLimit = "DB_MAX_CONNS", "GOMEMLIMIT"

	// mostCPU is what a pod may ask for, so that four of each service, and one that a release adds to each, fit on the nodes.
	mostCPU = 250

	// mostHeap is the part of the memory limit that the garbage collector may be given, in percent.
	mostHeap = 95
)

// request is what the container asks for of a resource: its limit where only that is set, as the API server fills it in.
func request(c *corev1.Container, name corev1.ResourceName) (resource.Quantity, bool) {
	if q, ok := c.Resources.Requests[name]; ok {
		return q, true
	}
	q, ok := c.Resources.Limits[name]
	return q, ok
}

func resources(t *check.T, s *shop) {
	for _, name := range services {
		t.Step("look at the resources of %s", name)
		c := s.container(name)
		for _, kind := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			q, ok := request(c, kind)
			t.True(ok && !q.IsZero(), check.Failure{
				ID: "no-request", Sentence: fmt.Sprintf("a pod of %s asks for no %s", name, kind), Expected: fmt.Sprintf("resources.requests.%s", kind), Seen: "none",
				Why: "the scheduler puts such a pod on a node that is full, the kubelet evicts it first, and an autoscaler that counts in percent of the request has nothing to count by",
			})
		}
		cpu, _ := request(c, corev1.ResourceCPU)
		t.True(cpu.MilliValue() <= mostCPU, check.Failure{
			ID: "no-room", Sentence: fmt.Sprintf("the pods of the shop do not fit on the nodes: %s asks for more than its part", name),
			Expected: fmt.Sprintf("a request of at most %dm of CPU", mostCPU), Seen: cpu.String(), Why: "a pod that fits nowhere waits, and the autoscaler has added it in vain",
		})
		if limit, ok := c.Resources.Limits[corev1.ResourceCPU]; ok {
			t.Fail(check.Failure{
				ID: "throttled", Sentence: name + " is throttled while its node has time to spare", Expected: "no resources.limits.cpu", Seen: limit.String(),
				Why: "the kernel stops all threads of the process for the rest of each 100 ms once it has used its share: requests wait, and health checks with them",
			})
		}
		limit, ok := c.Resources.Limits[corev1.ResourceMemory]
		t.True(ok, check.Failure{
			ID: "no-memory-limit", Sentence: name + " may take the memory of its node", Expected: "resources.limits.memory", Seen: "none",
			Why: "memory cannot be taken back: a leak in one pod kills its neighbours",
		})
		if asked, ok := c.Resources.Requests[corev1.ResourceMemory]; ok && asked.Cmp(limit) > 0 {
			t.Fail(check.Failure{
				ID: "refused", Sentence: "the API server refuses the pods of " + name, Expected: "a request of memory within its limit",
				Seen: fmt.Sprintf("request %s, limit %s", asked.String(), limit.String()), Why: "a Deployment whose pods are refused has none",
			})
		}
		asked, _ := request(c, corev1.ResourceMemory)
		t.True(asked.Value() >= memoryOfPod, check.Failure{
			ID: "unreserved", Sentence: fmt.Sprintf("the memory of a pod of %s is not reserved", name), Expected: fmt.Sprintf("a request of at least %d MiB", memoryOfPod>>20), Seen: asked.String(),
			Why: "the scheduler fills the node with other pods, and the kubelet evicts those first that use more than they have asked for",
		})
		text := s.setting(name, memoryLimit)
		bytes, err := goBytes(text)
		t.True(err == nil && bytes >= memoryOfPod && bytes*100 <= limit.Value()*mostHeap, check.Failure{
			ID: "collector", Sentence: fmt.Sprintf("the garbage collector of %s does not know how much memory there is", name),
			Expected: fmt.Sprintf("%s from %d MiB, which a pod uses, to %d %% of the limit of %s", memoryLimit, memoryOfPod>>20, mostHeap, limit.String()), Seen: fmt.Sprintf("%s=%s", memoryLimit, text),
			Why: "Go lets the heap grow to twice of what is alive; the kernel kills the process at the limit, in the middle of its requests",
		})
	}
}

// goBytes reads a number as the Go runtime does in GOMEMLIMIT.
func goBytes(text string) (int64, error) {
	for suffix, factor := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40} {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			n, err := strconv.ParseInt(number, 10, 64)
			return n * factor, err
		}
	}
	return strconv.ParseInt(strings.TrimSuffix(text, "B"), 10, 64)
}

// connections counts the pods of a release at the autoscaler's maximum.
func connections(t *check.T, s *shop) {
	for _, name := range services {
		if name == gateway {
			continue // it has no database
		}
		t.Step("count the connections of %s", name)
		text := s.setting(name, poolSize)
		pool := usualPool
		if text != "" {
			n, err := strconv.Atoi(text)
			t.True(err == nil && n >= 1, check.Failure{
				ID: "refuses", Sentence: name + " does not start: " + poolSize + " is no number", Expected: "a number such as 10", Seen: poolSize + "=" + text,
				Why: "a service refuses a configuration that it cannot read",
			})
			pool = n
		}
		t.True(pool >= smallestPool, check.Failure{
			ID: "starved", Sentence: "requests of " + name + " wait for connections", Expected: fmt.Sprintf("%s of at least %d", poolSize, smallestPool),
			Seen: fmt.Sprint(pool), Why: "relay, consumers and requests share the pool of a pod",
		})
		pods := s.mostPods(name)
		surge, unavailable := s.fenceposts(name, pods)
		stopping := surge + unavailable // each new pod takes the place of one that stops, and has not ended yet
		t.True((pods+surge+stopping)*pool <= perService, check.Failure{
			ID: "too-many", Sentence: fmt.Sprintf("the pods of %s want more connections than the database gives", name),
			Expected: fmt.Sprintf("at most %d, with all pods that the autoscaler may start, those that a release adds, and those that stop meanwhile", perService),
			Seen:     fmt.Sprintf("(%d pods + %d of a release + %d that stop) × %d = %d", pods, surge, stopping, pool, (pods+surge+stopping)*pool),
			Why:      "the database refuses the rest: the pods that were added for the load fail exactly at the peak",
		})
	}
}

// mostPods is the largest number of pods that a service can have, without those that a release adds.
func (s *shop) mostPods(name string) int {
	pods := 1
	if r := s.deployments[name].Spec.Replicas; r != nil {
		pods = int(*r)
	}
	for _, h := range s.scalers {
		if h.Spec.ScaleTargetRef.Kind == "Deployment" && h.Spec.ScaleTargetRef.Name == name {
			pods = max(pods, int(h.Spec.MaxReplicas))
		}
	}
	return pods
}

// fenceposts are how many pods a release adds, and takes away before new ones are ready, as the Deployment controller counts.
func (s *shop) fenceposts(name string, pods int) (surge, unavailable int) {
	strategy := s.deployments[name].Spec.Strategy
	if strategy.Type == appsv1.RecreateDeploymentStrategyType {
		return 0, pods
	}
	quarter := intstr.FromString("25%")
	most, least := &quarter, &quarter
	if r := strategy.RollingUpdate; r != nil {
		most, least = intstr.ValueOrDefault(r.MaxSurge, quarter), intstr.ValueOrDefault(r.MaxUnavailable, quarter)
	}
	surge, errSurge := intstr.GetScaledValueFromIntOrPercent(most, pods, true)
	unavailable, errUnavailable := intstr.GetScaledValueFromIntOrPercent(least, pods, false)
	if errSurge != nil || errUnavailable != nil {
		return 0, pods // refused
	}
	if surge == 0 && unavailable == 0 {
		unavailable = 1
	}
	return surge, unavailable
}
