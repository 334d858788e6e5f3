// Hidden checks of the lesson on circuit breakers. They use only names that the lesson gives. Time in them is that of package
// synctest: it
// moves when all goroutines wait, so that a test of an hour takes a millisecond.
package breaker_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"shop/platform/breaker"
	"shop/platform/errs"
)

// zzcConfig opens after four calls of which half failed.
var zzcConfig = breaker.Config{FailureRatio: 0.5, MinRequests: 4, Window: 10 * time.Second, OpenFor: 5 * time.Second, HalfOpenRequests: 3}

// zzcDown is an error that says nothing but that the call failed.
var zzcDown = errors.New("EOF")

type zzcFixture struct {
	*testing.T
	circuit  *breaker.Breaker
	registry *prometheus.Registry
}

// zzcRun runs a test with a new breaker and with time of its own.
func zzcRun(t *testing.T, test func(f *zzcFixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(zzcNew(t, zzcConfig)) })
}

func zzcNew(t *testing.T, cfg breaker.Config) *zzcFixture {
	registry := prometheus.NewRegistry()
	return &zzcFixture{t, breaker.New("stock", cfg, breaker.NewMetrics(registry), zap.NewNop()), registry}
}

// metric returns the value of the breaker's metric.
func (f *zzcFixture) metric(name string) string {
	families, err := f.registry.Gather()
	if err != nil {
		return err.Error()
	}
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if label.GetName() == "dependency" && label.GetValue() == "stock" {
					return fmt.Sprint(m.GetGauge().GetValue() + m.GetCounter().GetValue())
				}
			}
		}
	}
	return "no such series"
}

func (f *zzcFixture) mustMetric(id, name, want, when string) {
	f.Helper()
	if got := f.metric(name); got != want {
		f.fail(id, fmt.Sprintf("the metric %s is wrong %s", name, when), want, got,
			"the alert and the dashboard know the breaker by its metrics alone")
	}
}

// calls makes n calls that end with err.
func (f *zzcFixture) calls(n int, err error) {
	for range n {
		_ = f.circuit.Do(func() error { return err })
	}
}

// made makes one call that succeeds and reports whether it was made. A refusal must have its code and reason.
func (f *zzcFixture) made() bool {
	f.Helper()
	called := false
	err := f.circuit.Do(func() error { called = true; return nil })
	switch {
	case called && err != nil:
		f.fail("error-lost", "a call that succeeded was answered with an error", "nil", err.Error(), "the caller gets what the call returned")
	case !called:
		f.refusal(err)
	}
	return called
}

func (f *zzcFixture) refusal(err error) {
	f.Helper()
	if err == nil || errs.CodeOf(err) != errs.Unavailable || errs.From(err).Reason != breaker.Reason {
		f.fail("refusal", "a call that was not made was answered with the wrong error", "errs.Unavailable with the reason "+breaker.Reason,
			fmt.Sprint(err), "the code becomes 503 with Retry-After; any other one sends the client or the alert the wrong way")
	}
}

func (f *zzcFixture) mustBeClosed(id, when, why string) {
	f.Helper()
	if !f.made() {
		f.fail(id, "the breaker is open "+when, "the call is made", "the call was refused", why)
	}
}

func (f *zzcFixture) mustRefuse(id, when, why string) {
	f.Helper()
	if f.made() {
		f.fail(id, "the breaker makes a call "+when, "the call is refused without being made", "the call was made", why)
	}
}

// open opens the breaker with as many failures as it takes.
func (f *zzcFixture) open() {
	f.Helper()
	f.calls(4, zzcDown)
	f.mustRefuse("never-opens", "although all of the last 4 calls failed", "each further call waits for a dependency that is down")
}

// pass lets time pass.
func (f *zzcFixture) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (f *zzcFixture) fail(id, sentence, expected, seen, why string) {
	f.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	f.FailNow()
}
