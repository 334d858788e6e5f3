package rollout

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"stagecraft/checker/internal/check"
)

const (
	// noticed is when the last client has learned that a pod leaves. Connections that stay open are told within goodbye, and requests in
	// progress get leastDrain.
	noticed    = 3 * time.Second
	goodbye    = time.Second
	leastDrain = 5 * time.Second
)

// stop judges the times of a stop, from the decision to SIGKILL.
func stop(t *check.T, m *shopManifests) {
	for _, name := range services {
		t.Step("add up the stop of %s", name)
		hook := m.hook(t, name)
		wait := m.duration(t, name, endpointWait)
		t.True(hook+wait >= noticed, check.Failure{
			ID: "too-early", Sentence: name + " stops to listen before its clients have noticed",
			Expected: fmt.Sprintf("at least %s of preStop and %s together", noticed, endpointWait), Seen: fmt.Sprintf("preStop %s, %s %s", hook, endpointWait, wait),
			Why: "a pod leaves the endpoints when its stop begins, and DNS, proxies and clients follow seconds later; until then they send it requests",
		})
		if name == gateway {
			t.True(wait >= goodbye, check.Failure{
				ID: "keep-alive", Sentence: "the gateway closes connections of clients without a word",
				Expected: fmt.Sprintf("%s of at least %s for the gateway", endpointWait, goodbye), Seen: fmt.Sprintf("%s %s", endpointWait, wait),
				Why: "clients keep their connections to a pod that is no endpoint any more; only between SIGTERM and the end of this wait does each " +
					"answer tell them to close. A request that is on its way when the connection closes is lost",
			})
		}
		m.fits(t, name, hook)
	}
}

// hook is how long the preStop hook holds SIGTERM back.
func (m *shopManifests) hook(t *check.T, name string) time.Duration {
	c := m.container(name)
	if c.Lifecycle == nil || c.Lifecycle.PreStop == nil {
		return 0
	}
	switch h := c.Lifecycle.PreStop; {
	case h.Sleep != nil:
		return time.Duration(h.Sleep.Seconds) * time.Second
	case h.Exec != nil:
		t.Fail(check.Failure{
			ID: "hook-exec", Sentence: "the preStop hook of " + name + " fails, and waits for nothing", Expected: "preStop: {sleep: {seconds: …}}",
			Seen: fmt.Sprintf("exec %q", h.Exec.Command), Why: "the image has one program and no shell; the kubelet reports the failed hook as an event and goes on",
		})
	}
	return 0
}

// fits requires that the stop is over before SIGKILL, and that the service knows the numbers of its pod.
func (m *shopManifests) fits(t *check.T, name string, hook time.Duration) {
	grace := seconds(m.pod(name).TerminationGracePeriodSeconds, corev1.DefaultTerminationGracePeriodSeconds)
	limit := m.duration(t, name, timeout)
	t.True(hook+limit <= grace, check.Failure{
		ID: "killed", Sentence: name + " can be killed in the middle of its stop",
		Expected: fmt.Sprintf("preStop and %s together within terminationGracePeriodSeconds", timeout),
		Seen:     fmt.Sprintf("preStop %s and %s %s in a grace period of %s", hook, timeout, limit, grace),
		Why:      "the grace period begins before preStop, and SIGKILL at its end waits for no request and no acknowledgement",
	})
	toldGrace, toldHook := m.duration(t, name, gracePeriod), m.duration(t, name, preStop)
	t.True(toldGrace == grace && toldHook == hook, check.Failure{
		ID: "told", Sentence: name + " does not know the grace period of its pod",
		Expected: fmt.Sprintf("%s=%s and %s=%s, as the pod has them", gracePeriod, grace, preStop, hook),
		Seen:     fmt.Sprintf("%s=%s and %s=%s", gracePeriod, toldGrace, preStop, toldHook),
		Why:      "a service refuses to start when its stop does not fit, but only if it is told the truth: a later change of one number goes unnoticed",
	})
	var sum time.Duration
	for _, budget := range budgets {
		limit := m.duration(t, name, budget)
		t.True(limit > 0 || budget == endpointWait, check.Failure{
			ID: "refuses", Sentence: name + " refuses to start: " + budget + " is zero", Expected: "more than 0s",
			Seen: budget + "=" + limit.String(), Why: "a part of the stop without time is not done",
		})
		sum += limit
	}
	t.True(sum <= limit && limit <= grace-hook, check.Failure{
		ID: "refuses", Sentence: name + " refuses to start: its stop does not fit", Expected: fmt.Sprintf("budgets that add up to at most %s", timeout),
		Seen: fmt.Sprintf("they add up to %s, %s is %s", sum, timeout, limit), Why: "a part that is left over when the time is spent is not stopped at all",
	})
	drain := m.duration(t, name, serverBudget)
	t.True(drain >= leastDrain, check.Failure{
		ID: "no-drain", Sentence: name + " cuts off requests in progress", Expected: fmt.Sprintf("%s of at least %s", serverBudget, leastDrain),
		Seen: drain.String(), Why: "a request that has begun is to be answered; what is not done within the budget is cut off",
	})
}
