package rollout

import (
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"stagecraft/checker/internal/check"
)

const (
	// leastReady is how long a pod must have been ready until it counts, longestStall until a release that gets no further is reported.
	leastReady   = 5 * time.Second
	longestStall = 5 * time.Minute
)

// strategy judges each Deployment at every number of replicas that its autoscaler can choose.
func strategy(t *check.T, m *shopManifests) {
	for _, name := range services {
		t.Step("look at how a release replaces the pods of %s", name)
		spec := &m.deployments[name].Spec
		t.True(spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType, check.Failure{
			ID: "unavailable", Sentence: name + " has no pod while a release begins", Expected: "type: RollingUpdate", Seen: "type: Recreate",
			Why: "Recreate stops all old pods before it starts a new one",
		})
		for replicas := 2; replicas <= 4; replicas++ {
			surge, unavailable := m.fenceposts(t, name, replicas)
			t.True(unavailable == 0, check.Failure{
				ID: "unavailable", Sentence: fmt.Sprintf("a release takes pods of %s away before new ones are ready", name),
				Expected: fmt.Sprintf("%d of %d pods are available during the whole release", replicas, replicas),
				Seen:     fmt.Sprintf("down to %d, and up to %d pods more than that at the same time: %s", replicas-unavailable, unavailable+surge, rolling(spec)),
				Why:      "a release at noon must not take capacity away; a percentage that is not set is 25 %, and four replicas have one to lose",
			})
		}
		ready := seconds(&spec.MinReadySeconds, 0)
		t.True(ready >= leastReady, check.Failure{
			ID: "at-once", Sentence: fmt.Sprintf("a pod of %s counts as available at its first good probe", name),
			Expected: fmt.Sprintf("minReadySeconds of at least %d", int(leastReady.Seconds())), Seen: fmt.Sprintf("minReadySeconds: %d", spec.MinReadySeconds),
			Why: "a program that crashes seconds after it has become ready must stop the release at its first pod",
		})
		deadline := seconds(spec.ProgressDeadlineSeconds, 600)
		t.True(deadline <= longestStall && deadline >= slowStart+ready, check.Failure{
			ID: "deadline", Sentence: fmt.Sprintf("the release of %s is given up at the wrong time", name),
			Expected: fmt.Sprintf("progressDeadlineSeconds from %d (a slow start and minReadySeconds) to %d", int((slowStart + ready).Seconds()), int(longestStall.Seconds())),
			Seen:     fmt.Sprintf("%d (600 if it is not set)", int(deadline.Seconds())),
			Why:      "`kubectl rollout status` fails at this deadline, and the deploy goes back; until then the pipeline waits, and people believe that the release is out",
		})
	}
}

// fenceposts are maxSurge, rounded up, and maxUnavailable, rounded down, as the Deployment controller has them.
func (m *shopManifests) fenceposts(t *check.T, name string, replicas int) (surge, unavailable int) {
	quarter := intstr.FromString("25%")
	most, least := &quarter, &quarter
	if r := m.deployments[name].Spec.Strategy.RollingUpdate; r != nil {
		most, least = intstr.ValueOrDefault(r.MaxSurge, quarter), intstr.ValueOrDefault(r.MaxUnavailable, quarter)
	}
	surge, err := intstr.GetScaledValueFromIntOrPercent(most, replicas, true)
	if err == nil {
		unavailable, err = intstr.GetScaledValueFromIntOrPercent(least, replicas, false)
	}
	t.True(err == nil && surge >= 0 && unavailable >= 0 && (surge > 0 || unavailable > 0 || most.Type == intstr.String && most.StrVal != "0%"), check.Failure{
		ID: "refused", Sentence: "the strategy of " + name + " is refused", Expected: "numbers or percentages, not both zero",
		Seen: rolling(&m.deployments[name].Spec), Why: "a release that may neither add a pod nor take one away can do nothing",
	})
	if surge == 0 && unavailable == 0 {
		unavailable = 1 // so does the controller, rather than to stand still
	}
	return surge, unavailable
}

func rolling(spec *appsv1.DeploymentSpec) string {
	surge, unavailable := "not set", "not set"
	if r := spec.Strategy.RollingUpdate; r != nil {
		if r.MaxSurge != nil {
			surge = r.MaxSurge.String()
		}
		if r.MaxUnavailable != nil {
			unavailable = r.MaxUnavailable.String()
		}
	}
	return fmt.Sprintf("maxSurge %s, maxUnavailable %s", surge, unavailable)
}
