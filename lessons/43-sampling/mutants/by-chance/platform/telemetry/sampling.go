package telemetry

import (
	"math/rand/v2"

	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// newSampler decides where a trace begins.
func newSampler(ratio float64) trace.Sampler {
	return trace.ParentBased(recordRest{dice{ratio}},
		trace.WithRemoteParentNotSampled(recordRest{trace.NeverSample()}),
		trace.WithLocalParentNotSampled(recordRest{trace.NeverSample()}))
}

// dice samples by chance.
//
//stagecraft:add
type dice struct{ ratio float64 }

// ShouldSample implements trace.Sampler.
//
//stagecraft:add
func (d dice) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	decision := trace.Drop
	if rand.Float64() < d.ratio {
		decision = trace.RecordAndSample
	}
	return trace.SamplingResult{Decision: decision, Tracestate: oteltrace.SpanContextFromContext(p.ParentContext).TraceState()}
}

// Description implements trace.Sampler.
//
//stagecraft:add
func (d dice) Description() string { return "dice" }
