package telemetry

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	oteltrace "go.opentelemetry.io/otel/trace"
)

func zzsState(span oteltrace.Span) string {
	return fmt.Sprintf("sampled %t, recorded %t", span.SpanContext().IsSampled(), span.IsRecording())
}

func TestZZSamplingParent(t *testing.T) {
	for _, ratio := range []float64{0, 0.3, 1} {
		for range 20 {
			service := zzsService(ratio, 1)
			for _, upstream := range []bool{true, false} {
				ctx, span := service.Start(zzsRemote(upstream), "order", oteltrace.WithSpanKind(oteltrace.SpanKindServer))
				_, child := service.Start(ctx, "query")
				for name, one := range map[string]oteltrace.Span{"the first span here": span, "its child": child} {
					if got := one.SpanContext().TraceState().String(); got != zzsTraceState {
						zzsFail(t, zzsFailure{
							id: "state", what: "the trace state of the caller is lost", expected: name + " has the trace state " + zzsTraceState, seen: strconv.Quote(got),
							why: "In it partners and vendors keep their own id of the trace. The next service no longer gets it.",
						})
					}
					if one.SpanContext().IsSampled() == upstream {
						continue
					}
					f := zzsFailure{
						id: "upstream-dropped", what: fmt.Sprintf("a service with ratio %g samples a trace that the caller does not sample", ratio),
						expected: name + " is not sampled", seen: zzsState(one),
						why: "The trace has no beginning then: every service adds traces of its own, and none is whole.",
					}
					if upstream {
						f.id, f.expected = "upstream-sampled", name+" is sampled"
						f.what = fmt.Sprintf("a service with ratio %g leaves out its spans of a trace that the caller samples", ratio)
						f.why = "The trace has a hole where this service was, just where you look for the reason."
					}
					zzsFail(t, f)
				}
			}
		}
	}
	service := zzsService(0.5, 2)
	for range 400 {
		ctx, root := service.Start(context.Background(), "request")
		_, child := service.Start(ctx, "query")
		if root.SpanContext().IsSampled() != child.SpanContext().IsSampled() {
			zzsFail(t, zzsFailure{
				id: "child", what: "a span and its child in one service are decided differently", expected: zzsState(root) + " for both",
				seen: "the child: " + zzsState(child), why: "A trace is whole or it is not there; parts of it explain nothing.",
			})
		}
	}
}

func TestZZSamplingShare(t *testing.T) {
	const n, again = 20_000, 2_000
	ids := make([]oteltrace.TraceID, n)
	for i, source := 0, (zzsIDs{rand.New(rand.NewPCG(3, 1))}); i < n; i++ {
		ids[i], _ = source.NewIDs(context.Background())
	}
	for _, ratio := range []float64{0, 0.005, 0.1, 0.7, 1} {
		first := map[oteltrace.TraceID]bool{}
		count := 0
		service := zzsAsked(ratio, ids)
		for _, id := range ids {
			_, span := service.Start(context.Background(), "request")
			if first[id] = span.SpanContext().IsSampled(); first[id] {
				count++
			}
		}
		// The other service sees some of these traces, in another order, with another span at the beginning.
		backwards := slices.Clone(ids[:again])
		slices.Reverse(backwards)
		other := zzsAsked(ratio, backwards)
		for _, id := range backwards {
			_, span := other.Start(context.Background(), "message", oteltrace.WithSpanKind(oteltrace.SpanKindConsumer))
			if got := span.SpanContext().IsSampled(); got != first[id] {
				zzsFail(t, zzsFailure{
					id: "by-id", what: fmt.Sprintf("two services with ratio %g decide differently about one trace id", ratio),
					expected: "the same decision for the same id, in any order, for any span", seen: fmt.Sprintf("trace %s: %t and %t", id, first[id], got),
					why: "A retry, a replayed message or a second replica must not decide anew: then half of a trace is there.",
				})
			}
		}
		want := ratio * n
		if off := math.Abs(float64(count) - want); off > 6*math.Sqrt(want*(1-ratio)) {
			zzsFail(t, zzsFailure{
				id: "part", what: fmt.Sprintf("with ratio %g another part of the traces is sampled", ratio),
				expected: fmt.Sprintf("about %.0f of %d traces", want, n), seen: fmt.Sprint(count),
				why: "The ratio is what you pay for. What it says must be what is sent.",
			})
		}
	}
}

func TestZZSamplingRecord(t *testing.T) {
	service := zzsService(0, 4)
	for name, parent := range map[string]context.Context{"root": context.Background(), "remote": zzsRemote(false)} {
		ctx, span := service.Start(parent, "request")
		ctx, child := service.Start(ctx, "work")
		_, grandchild := service.Start(ctx, "query")
		for what, one := range map[string]oteltrace.Span{name: span, "child": child, "child-of-child": grandchild} {
			if one.SpanContext().IsSampled() || !one.IsRecording() {
				zzsFail(t, zzsFailure{
					id: map[bool]string{true: name, false: "child"}[what == name],
					what: map[string]string{
						"root":   "a span that begins a trace and is not sampled is lost",
						"remote": "a span of a trace that the caller does not sample is lost",
					}[name],
					expected: "not sampled, and recorded", seen: what + ": " + zzsState(one),
					why: "Whether it fails is known only at its end. A span that is not recorded has no end that anything could look at.",
				})
			}
		}
	}
	_, span := zzsService(1, 5).Start(context.Background(), "request")
	if !span.IsRecording() || !span.SpanContext().IsSampled() {
		zzsFail(t, zzsFailure{id: "root", what: "with ratio 1 a span is not recorded", expected: "sampled, and recorded", seen: zzsState(span), why: "There is no trace at all."})
	}
}

func TestZZSamplingRatios(t *testing.T) {
	of := func(env string) float64 {
		ratio, err := (&Config{}).sampleRatio(env)
		if err != nil {
			zzsFail(t, zzsFailure{id: "setting", what: "an environment without a setting has no ratio", expected: "a ratio for " + env, seen: err.Error(), why: "The service does not start."})
		}
		return ratio
	}
	for env, want := range map[string]float64{"dev": 1, "test": 1, "stage": 0.5} {
		if got := of(env); got != want {
			zzsFail(t, zzsFailure{
				id: "environment", what: "the ratio of " + env + " is wrong", expected: fmt.Sprint(want), seen: fmt.Sprint(got),
				why: "Where there is little traffic a trace that is missing costs an hour of a developer, and one that is kept costs nothing.",
			})
		}
	}
	const purchases, whole, rest = 30e6, 7225.0, 8.4
	prod := of("prod")
	if perDay := purchases * (prod*whole + (1-prod)*rest) / 1e9; perDay < 40 || perDay > 50 {
		zzsFail(t, zzsFailure{
			id: "budget", what: "the ratio of prod does not fit the budget", expected: "from 40 to 50 gigabytes per day",
			seen: fmt.Sprintf("ratio %g, that is %.1f gigabytes per day", prod, perDay),
			why:  "Above the budget the store deletes the traces of the morning before noon; far below it you look at fewer whole traces than you have paid for.",
		})
	}
	for _, env := range []string{"prod-eu", "acceptance", ""} {
		if got := of(env); got != prod {
			zzsFail(t, zzsFailure{
				id: "other", what: fmt.Sprintf("the environment %q has another ratio than prod", env), expected: fmt.Sprint(prod), seen: fmt.Sprint(got),
				why: "The second region was named prod-eu, and sent five times of what the store can take.",
			})
		}
	}
	zzsAsDecided(t, prod)
	for text, want := range map[string]float64{"0.01": 0.01, "1": 1, "0": 0} {
		if got, err := (&Config{SampleRatio: text}).sampleRatio("prod"); err != nil || got != want {
			zzsFail(t, zzsFailure{
				id: "setting", what: "OTEL_TRACES_SAMPLER_ARG=" + text + " does not decide", expected: text, seen: fmt.Sprint(got, " ", err),
				why: "In an incident the ratio is changed without a build.",
			})
		}
	}
}

// zzsAsDecided compares the ratio with that of decision.md, which is there in a learner's copy.
func zzsAsDecided(t *testing.T, prod float64) {
	t.Helper()
	text, err := os.ReadFile("../../decision.md")
	if err != nil {
		return
	}
	m := regexp.MustCompile("(?mi)^[\\s>*+|`-]*ratio[*`\\s]*[:=|][\\s*`]*([0-9]+[.,][0-9]+)").FindSubmatch(text)
	if m == nil {
		return // the check of the decision says so
	}
	decided, err := strconv.ParseFloat(strings.ReplaceAll(string(m[1]), ",", "."), 64)
	if err == nil && math.Abs(decided-prod) > 0.001 {
		zzsFail(t, zzsFailure{
			id: "decided", what: "the ratio of prod is not the one of decision.md", expected: fmt.Sprint(decided), seen: fmt.Sprint(prod),
			why: "The text is what the next person believes; the code is what is paid for.",
		})
	}
}
