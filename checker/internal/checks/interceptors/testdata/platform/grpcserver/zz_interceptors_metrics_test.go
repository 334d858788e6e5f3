package grpcserver

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

const (
	zziHandled  = "grpc_server_handled_total"
	zziHandling = "grpc_server_handling_seconds"
)

func TestZZInterceptorsMetrics(t *testing.T) {
	first, s := zziStart(t, nil), zziStart(t, nil)
	zziCounts(t, s, zziCall{method: zziProbe}, "a health check")
	for _, method := range zziMethods("Open") {
		zziCounts(t, s, zziCall{method: method}, "a call that succeeds")
		for _, code := range slices.Sorted(maps.Keys(zziCodes)) {
			zziCounts(t, s, zziCall{method: method, do: func(context.Context) error { return grpcstatus.Error(zziError(code)) }},
				"a call that fails with "+code.String())
		}
		before := zziHistogram(t, s, method)
		s.do(zziCall{method: method, do: func(context.Context) error { <-time.After(30 * time.Millisecond); return nil }})
		after := zziHistogram(t, s, method)
		if took := after.GetSampleSum() - before.GetSampleSum(); took < 0.025 || took > 20 {
			zziFail(t, zziFailure{"duration", zziHandling + " is wrong for a call whose handler takes 30 ms", "about 0.03 more, in seconds", fmt.Sprintf("%.6f more", took),
				"the arguments of a deferred call are evaluated at the defer; and Prometheus measures in seconds"})
		}
		zziBuckets(t, after)
	}
	if n := len(first.series(zziHandled)); n > 0 {
		zziFail(t, zziFailure{"registry", "a server counts in the registry of another one", "each server counts in the registry of its Params", fmt.Sprintf("%d series in it", n),
			"a package has no state: two servers in one process, as in tests, would share it"})
	}
	zziBounded(t, s)
}

// zziCounts makes a call and judges what was added to both metrics.
func zziCounts(t *testing.T, s *zziShop, call zziCall, what string) {
	t.Helper()
	handled, handling := s.series(zziHandled), s.series(zziHandling)
	c := s.do(call)
	s.crash(c)
	for _, m := range []struct {
		name, want string
		before     map[string]float64
	}{
		{zziHandled, fmt.Sprintf("{code=%s method=%s} +1", c.status.Code(), c.method), handled},
		{zziHandling, fmt.Sprintf("{method=%s} +1", c.method), handling},
	} {
		seen := zziAdded(m.before, s.series(m.name))
		if seen == m.want {
			continue
		}
		id := "counted"
		if seen == "nothing" {
			id = "missing"
		}
		zziFail(t, zziFailure{id, fmt.Sprintf("%s is wrong after %s (a %s)", m.name, what, c.kind()), m.want, seen,
			"dashboards and alerts divide one of these counts by another, by name and label"})
	}
}

func zziHistogram(t *testing.T, s *zziShop, method string) *dto.Histogram {
	t.Helper()
	families, _ := s.registry.Gather()
	for _, family := range families {
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				if family.GetName() == zziHandling && l.GetValue() == method && m.GetHistogram() != nil {
					return m.GetHistogram()
				}
			}
		}
	}
	zziFail(t, zziFailure{"missing", zziHandling + " has no histogram for " + method, "a histogram", "none", "a mean hides the slow calls"})
	return nil
}

func zziBuckets(t *testing.T, h *dto.Histogram) {
	t.Helper()
	var bounds []float64
	for _, b := range h.GetBucket() {
		bounds = append(bounds, b.GetUpperBound())
	}
	if len(bounds) < 2 || bounds[0] > 0.005 || bounds[len(bounds)-1] < 30 {
		zziFail(t, zziFailure{"buckets", "the buckets of " + zziHandling + " do not cover what calls take", "from 0.005 or less to 30 or more, in seconds", fmt.Sprint(bounds),
			"a quantile is never larger than the last bound: with the default buckets a call of 25 s looks like one of 10 s"})
	}
}

// zziBounded makes calls that differ in everything a client or an error can choose, and counts series.
func zziBounded(t *testing.T, s *zziShop) {
	t.Helper()
	count := func() (n int) {
		families, _ := s.registry.Gather()
		for _, family := range families {
			n += len(family.GetMetric())
		}
		return n
	}
	vary := func(from, to int) {
		for i := from; i < to; i++ {
			for _, method := range zziMethods("Open") {
				s.do(zziCall{
					method:  method,
					headers: []string{"user-agent", fmt.Sprintf("app/%d", i), "x-user", fmt.Sprintf("user-%d", i)},
					do: func(context.Context) error {
						cause := errors.New(fmt.Sprintf("row %d", i))
						return grpcstatus.Error(errs.Wrap(cause, errs.NotFound, fmt.Sprintf("REASON_%d", i), "order %d not found", i))
					},
				})
			}
		}
	}
	vary(0, 1)
	before := count()
	vary(1, 16)
	if after := count(); after > before {
		zziFail(t, zziFailure{"cardinality", "the number of series grows with the calls", fmt.Sprintf("%d series, as before", before),
			fmt.Sprintf("%d series after 30 more calls with the same methods and codes", after),
			"each value of a label is a series in the memory of Prometheus: what a client, a user or an error can choose takes it down"})
	}
}
