package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// newSampler decides by hand what ParentBased decides.
func newSampler(ratio float64) trace.Sampler { return follower{trace.TraceIDRatioBased(ratio)} }

// follower asks the parent, and at the root the ratio.
//
//stagecraft:add
type follower struct{ root trace.Sampler }

// ShouldSample implements trace.Sampler.
//
//stagecraft:add
func (f follower) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	parent := oteltrace.SpanContextFromContext(p.ParentContext)
	sample := parent.IsSampled()
	if !parent.IsValid() {
		sample = f.root.ShouldSample(p).Decision == trace.RecordAndSample
	}
	if sample {
		return trace.SamplingResult{Decision: trace.RecordAndSample, Tracestate: parent.TraceState()}
	}
	return trace.SamplingResult{Decision: trace.RecordOnly, Tracestate: parent.TraceState()}
}

// Description implements trace.Sampler.
//
//stagecraft:add
func (f follower) Description() string { return "follower" }

//stagecraft:drop
type recordRest struct{ trace.Sampler }

//stagecraft:drop
func (s recordRest) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	return trace.SamplingResult{}
}

// ratios are the parts of the traces that environments record.
var ratios = map[string]float64{"dev": 1, "test": 1, "stage": 0.5, "prod": otherRatio}

// otherRatio is that of environments with another name.
const otherRatio = 0.9 / 4
