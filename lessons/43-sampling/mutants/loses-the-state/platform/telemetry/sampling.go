package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// newSampler decides by hand.
func newSampler(ratio float64) trace.Sampler { return byHand{ratio} }

// byHand asks the parent, and at the root the ratio.
//
//stagecraft:add
type byHand struct{ ratio float64 }

// ShouldSample implements trace.Sampler.
//
//stagecraft:add
func (s byHand) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	parent := oteltrace.SpanContextFromContext(p.ParentContext)
	sample := parent.IsSampled()
	if !parent.IsValid() {
		sample = trace.TraceIDRatioBased(s.ratio).ShouldSample(p).Decision == trace.RecordAndSample
	}
	if sample {
		return trace.SamplingResult{Decision: trace.RecordAndSample}
	}
	return trace.SamplingResult{Decision: trace.RecordOnly}
}

// Description implements trace.Sampler.
//
//stagecraft:add
func (s byHand) Description() string { return "byHand" }
