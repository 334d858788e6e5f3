package health

import (
	"context"
	"fmt"
	"maps"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/telemetry"
)

const (
	// patience is how long something may take that takes a second on an idle machine.
	patience = 10 * time.Second

	readiness = "readiness"
	liveness  = "liveness"

	serving    = healthpb.HealthCheckResponse_SERVING
	notServing = healthpb.HealthCheckResponse_NOT_SERVING

	restarts = "a restart does not repair a dependency; liveness that follows one restarts all replicas together, in the middle of the outage"
)

// quick makes probes follow each other closely.
var quick = map[string]string{
	"HEALTH_INTERVAL": "100ms", "HEALTH_START_INTERVAL": "50ms", "HEALTH_TIMEOUT": "500ms", "HEALTH_FAILURES": "2", "HEALTH_SUCCESSES": "2",
	"RABBITMQ_RECONNECT_MIN": "50ms", "RABBITMQ_RECONNECT_MAX": "200ms",
}

// wallet is the running service.
type wallet struct {
	*stack.Stack
	t       *check.T
	service *stack.Service
}

// open starts wallet and shows that it is ready and alive while nothing is wrong.
func open(t *check.T, env map[string]string) *wallet {
	t.Step("start wallet")
	all := maps.Clone(quick)
	maps.Copy(all, env)
	w := &wallet{t: t, Stack: t.Stack(stack.Options{Env: all})}
	w.service = w.Service("wallet")
	t.Baseline(func() {
		for _, name := range []string{"", readiness, liveness} {
			t.Eventually(fmt.Sprintf("wallet is SERVING, asked for %q", name), patience, func(ctx context.Context) (string, bool) {
				status, err := w.check(ctx, name)
				return seen(status, err), status == serving
			})
		}
	})
	return w
}

func seen(status healthpb.HealthCheckResponse_ServingStatus, err error) string {
	if err != nil {
		return err.Error()
	}
	return status.String()
}

func (w *wallet) check(ctx context.Context, name string) (healthpb.HealthCheckResponse_ServingStatus, error) {
	answer, err := healthpb.NewHealthClient(w.service.Conn()).Check(ctx, &healthpb.HealthCheckRequest{Service: name})
	return answer.GetStatus(), err
}

// alive requires that the process lives.
func (w *wallet) alive(when string) {
	ctx, cancel := w.t.Patience(patience)
	defer cancel()
	status, err := w.check(ctx, liveness)
	w.t.True(err == nil && status == serving, check.Failure{
		ID: "liveness", Sentence: "liveness is not SERVING " + when, Expected: "SERVING", Seen: seen(status, err), Why: restarts,
	})
}

// becomes waits until a name has the status.
func (w *wallet) becomes(id, name string, want healthpb.HealthCheckResponse_ServingStatus, when, why string) {
	var last string
	happened := w.t.Within(patience, func() bool {
		ctx, cancel := context.WithTimeout(w.t.Context(), time.Second)
		defer cancel()
		status, err := w.check(ctx, name)
		last = seen(status, err)
		return err == nil && status == want
	})
	w.t.True(happened, check.Failure{
		ID: id, Sentence: fmt.Sprintf("%s does not become %s %s", nameOf(name), want, when), Expected: want.String(), Seen: last, Why: why,
	})
}

func nameOf(name string) string {
	if name == "" {
		return `the service ""`
	}
	return name
}

// probe returns the metric of a probe.
func (w *wallet) probe(ctx context.Context, name string) (up float64, err error) {
	metrics, err := telemetry.Scrape(ctx, w.service.MetricsAddr)
	if err != nil {
		return 0, err
	}
	up, found := metrics.Sum("health_probe_up", map[string]string{"probe": name})
	if !found {
		return 0, fmt.Errorf("there is no series health_probe_up{probe=%q}", name)
	}
	return up, nil
}

func (w *wallet) awaitProbe(id, name string, want float64, when, why string) {
	var last string
	happened := w.t.Within(patience, func() bool {
		ctx, cancel := context.WithTimeout(w.t.Context(), time.Second)
		defer cancel()
		up, err := w.probe(ctx, name)
		last = fmt.Sprint(up)
		if err != nil {
			last = err.Error()
		}
		return err == nil && up == want
	})
	w.t.True(happened, check.Failure{
		ID: id, Sentence: fmt.Sprintf("the metric health_probe_up of %s does not become %v %s", name, want, when),
		Expected: fmt.Sprint(want), Seen: last, Why: why,
	})
}

// watch is a stream of changes.
type watch struct {
	t        *check.T
	statuses chan healthpb.HealthCheckResponse_ServingStatus // closed at its end
	end      context.CancelFunc
}

func (w *wallet) watch(name string) watch {
	ctx, end := context.WithCancel(w.t.Context())
	stream, err := healthpb.NewHealthClient(w.service.Conn()).Watch(ctx, &healthpb.HealthCheckRequest{Service: name})
	w.t.NoError("watch the health of wallet", err)
	s := watch{t: w.t, statuses: make(chan healthpb.HealthCheckResponse_ServingStatus, 1000), end: end}
	w.t.Go(func() {
		defer close(s.statuses)
		for {
			answer, err := stream.Recv()
			if err != nil {
				return
			}
			s.statuses <- answer.GetStatus()
		}
	})
	return s
}

// next requires the next change of a watch.
func (s watch) next(want healthpb.HealthCheckResponse_ServingStatus, when string) {
	f := check.Failure{
		ID: "watch", Sentence: fmt.Sprintf("a watch of readiness does not get %s %s", want, when), Expected: want.String(),
		Why: "balancers and clients with health checks do not ask again and again: they watch",
	}
	ctx, cancel := s.t.Patience(patience)
	defer cancel()
	select {
	case got, open := <-s.statuses:
		if f.Seen = got.String(); !open {
			f.Seen = "the stream has ended"
		}
		s.t.True(open && got == want, f)
	case <-ctx.Done():
		f.Seen = "nothing"
		s.t.Fail(f)
	}
}
