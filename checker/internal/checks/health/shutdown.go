package health

import (
	"context"
	"fmt"
	"time"

	"stagecraft/checker/internal/check"
)

// endpointWait is how long the service still serves after SIGTERM, so that balancers can notice.
const endpointWait = 3 * time.Second

// shutdown sends SIGTERM, and lets a probe go down and up again while the service still serves.
func shutdown(t *check.T) {
	w := open(t, map[string]string{"SHUTDOWN_ENDPOINT_WAIT": endpointWait.String()})
	changes := w.watch(readiness)
	changes.next(serving, "at its start")
	alive := w.watch(liveness)

	t.Step("send SIGTERM; for %s wallet serves on, and is not ready", endpointWait)
	ended := make(chan string, 1)
	ctx, cancel := t.Patience(3 * patience)
	defer cancel()
	t.Go(func() {
		exit, err := w.service.Stop(ctx)
		if err == nil && exit.Code == 0 {
			ended <- ""
			return
		}
		ended <- fmt.Sprintf("%s (%v)", exit, err)
	})
	changes.next(notServing, "at SIGTERM")
	w.stopping(func() {
		status, err := w.check(t.Context(), "")
		t.True(err != nil || status == notServing, check.Failure{
			ID: "default", Sentence: `the service "" is ready after SIGTERM`, Expected: "NOT_SERVING", Seen: seen(status, err),
			Why: "most balancers ask for no service in particular: the empty name is readiness",
		})
	})

	t.Step("Redis goes away and comes back while wallet stops")
	redis := w.Server("wallet", "redis")
	redis.Cut()
	w.stopping(func() { t.Within(endpointWait/4, w.probeIs(0)) })
	t.Ours("heal Redis", redis.Heal())
	w.stopping(func() { t.Within(endpointWait/4, w.probeIs(1)) })

	t.Step("wallet ends, and was never ready again")
	var how string
	t.Eventually("wallet ends", 3*patience, func(context.Context) (string, bool) {
		select {
		case how = <-ended:
			return "", true
		default:
			return "it runs", false
		}
	})
	for status := range changes.statuses {
		t.True(status == notServing, check.Failure{
			ID: "back", Sentence: "a service that stops became ready again", Expected: "NOT_SERVING for good", Seen: status.String(),
			Why: "the balancer sends it requests, and it takes no more: a probe that succeeds must not undo the stop",
		})
	}
	for status := range alive.statuses {
		t.True(status == serving, check.Failure{
			ID: "liveness", Sentence: "a service that stops is not alive", Expected: "SERVING until it ends", Seen: status.String(),
			Why: "its supervisor would kill it in the middle of the requests that it still serves",
		})
	}
	t.True(how == "", check.Failure{
		ID: "exit", Sentence: "wallet does not stop cleanly", Expected: "exit code 0", Seen: how,
		Why: "Stop ends the goroutines of the probes, and waits for none that hangs",
	})
}

// stopping does something while the service still runs.
func (w *wallet) stopping(do func()) {
	if _, ended := w.service.Exit(); !ended {
		do()
	}
}

// probeIs asks for the metric of Redis's probe. The judgement does not depend on it: a busy machine may end the stop before.
func (w *wallet) probeIs(want float64) func() bool {
	return func() bool {
		if _, ended := w.service.Exit(); ended {
			return true
		}
		ctx, cancel := context.WithTimeout(w.t.Context(), time.Second)
		defer cancel()
		up, err := w.probe(ctx, "redis")
		return err == nil && up == want
	}
}
