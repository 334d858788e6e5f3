// Hidden checks of the lesson on health. They use only names that the lesson gives. Time in them is that of package synctest: it moves
// when all goroutines wait, so that a test of an hour takes a millisecond.
package health_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	"shop/platform/health"
)

var (
	zzhDown = errors.New("connection refused")

	// zzhConfig has no jitter: run n of a probe is n intervals after its first success.
	zzhConfig = health.Config{
		Interval: 10 * time.Second, StartInterval: time.Second, Timeout: 2 * time.Second, Failures: 3, Successes: 2,
	}
)

// zzhDependency is what a probe asks.
type zzhDependency struct {
	mu    sync.Mutex
	err   error
	runs  int
	most  int // runs at the same time
	now   int
	panic bool
	hang  chan struct{} // closed: no run hangs any more
}

func (d *zzhDependency) check(context.Context) error {
	d.mu.Lock()
	d.runs++
	d.now++
	d.most = max(d.most, d.now)
	hang, err, panics := d.hang, d.err, d.panic
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.now--
		d.mu.Unlock()
	}()
	if panics {
		panic("a bug in the probe")
	}
	if hang != nil {
		<-hang // whatever the context says
	}
	return err
}

func (d *zzhDependency) set(change func(d *zzhDependency)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

func (d *zzhDependency) fails(err error) { d.set(func(d *zzhDependency) { d.err = err }) }

func (d *zzhDependency) count() (runs, most int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.runs, d.most
}

type zzhFixture struct {
	*testing.T
	*health.Health
	a, b, c  *zzhDependency
	server   grpc_health_v1.HealthServer
	registry *prometheus.Registry
}

// RegisterService implements grpc.ServiceRegistrar.
func (f *zzhFixture) RegisterService(_ *grpc.ServiceDesc, impl any) {
	f.server = impl.(grpc_health_v1.HealthServer)
}

// zzhRun runs a test with three probes, a, b and c, and with time of its own.
func zzhRun(t *testing.T, requires health.Requirement, prepare, test func(f *zzhFixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &zzhFixture{T: t, a: &zzhDependency{}, b: &zzhDependency{}, c: &zzhDependency{}, registry: prometheus.NewRegistry()}
		prepare(f)
		h, err := health.New(health.Params{
			Config: zzhConfig, Requires: requires, Log: zap.NewNop(), Registry: f.registry,
			Probes: []health.Probe{{Name: "a", Check: f.a.check}, {Name: "b", Check: f.b.check}, {Name: "c", Check: f.c.check}},
		})
		if err != nil {
			f.fail("new", "New returns an error", "none", err.Error(), "the requirement names probes that there are")
		}
		f.Health = h
		h.Register(f)
		if err := h.Start(t.Context()); err != nil {
			f.fail("new", "Start returns an error", "none", err.Error(), "a dependency that is away does not keep a process from starting")
		}
		defer f.end()
		synctest.Wait()
		test(f)
	})
}

// end stops the probes: no goroutine may be left.
func (f *zzhFixture) end() {
	err := f.Stop(context.Background())
	if f.Failed() {
		return
	}
	if err != nil {
		f.fail("stop", "Stop returns an error", "none", err.Error(), "")
	}
	synctest.Wait()
	before, _ := f.a.count()
	f.pass(time.Hour)
	if after, _ := f.a.count(); after != before {
		f.fail("stop-goes-on", "probes run after Stop", "none", fmt.Sprintf("%d in an hour", after-before),
			"the connections that they use are closed then")
	}
}

func zzhNothing(*zzhFixture) {}

// pass lets time pass, and all that happens in it.
func (f *zzhFixture) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// runs lets n intervals pass.
func (f *zzhFixture) runs(n int) { f.pass(time.Duration(n) * zzhConfig.Interval) }

func (f *zzhFixture) status(name string) string {
	answer, err := f.server.Check(context.Background(), &grpc_health_v1.HealthCheckRequest{Service: name})
	if err != nil {
		return err.Error()
	}
	return answer.GetStatus().String()
}

// mustReady requires the readiness in all places where it shows, and liveness.
func (f *zzhFixture) mustReady(ready bool, id, when, why string) {
	f.Helper()
	want, value := "NOT_SERVING", "0"
	if ready {
		want, value = "SERVING", "1"
	}
	for _, name := range []string{"readiness", ""} {
		if got := f.status(name); got != want {
			f.fail(id, fmt.Sprintf("the service %q is %s %s", name, got, when), want, got, why)
		}
	}
	if got := f.State().Ready; got != ready {
		f.fail("state", fmt.Sprintf("State().Ready is %v %s", got, when), fmt.Sprint(ready), fmt.Sprint(got), "the gateway answers /readyz with it")
	}
	if got := f.metric("health_ready", ""); got != value {
		f.fail("metric", "the metric health_ready is wrong "+when, value, got, "the dashboard knows the readiness by it")
	}
	if got := f.status("liveness"); got != "SERVING" {
		f.fail("liveness", "liveness is not SERVING "+when, "SERVING", got, "a restart does not repair a dependency")
	}
}

// mustProbe requires the state of a probe where it shows.
func (f *zzhFixture) mustProbe(name string, up bool, id, when, why string) {
	f.Helper()
	value := "0"
	if up {
		value = "1"
	}
	if got, found := f.State().Probes[name]; !found || got != up {
		f.fail(id, fmt.Sprintf("State().Probes[%q] is wrong %s", name, when), fmt.Sprint(up), fmt.Sprintf("%v (in the map: %v)", got, found), why)
	}
	if got := f.metric("health_probe_up", name); got != value {
		f.fail("metric", fmt.Sprintf("the metric health_probe_up of %s is wrong %s", name, when), value, got, "the alert names the dependency by it")
	}
}

func (f *zzhFixture) metric(name, probe string) string {
	families, err := f.registry.Gather()
	if err != nil {
		return err.Error()
	}
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			if probe == "" || m.GetLabel()[0].GetValue() == probe {
				return fmt.Sprint(m.GetGauge().GetValue())
			}
		}
	}
	return "no such series"
}

func (f *zzhFixture) fail(id, sentence, expected, seen, why string) {
	f.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	f.FailNow()
}

// zzhWatch is a stream of Watch that keeps what was sent.
type zzhWatch struct {
	grpc.ServerStream
	ctx context.Context

	mu   sync.Mutex
	sent []string
}

func (w *zzhWatch) Context() context.Context { return w.ctx }

func (w *zzhWatch) Send(r *grpc_health_v1.HealthCheckResponse) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, r.GetStatus().String())
	return nil
}

func (w *zzhWatch) seen() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprint(w.sent)
}
