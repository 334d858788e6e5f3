package telemetry

import (
	"sync/atomic"

	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// newSampler decides by hand.
func newSampler(ratio float64) trace.Sampler { return byHand{ratio, new(atomic.Int64)} }

// byHand asks the parent, and at the root the ratio.
//
//stagecraft:add
type byHand struct {
	ratio float64
	begun *atomic.Int64
}

// ShouldSample implements trace.Sampler.
//
//stagecraft:add
func (s byHand) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	parent := oteltrace.SpanContextFromContext(p.ParentContext)
	sample := parent.IsSampled()
	if !parent.IsValid() {
		n := float64(s.begun.Add(1))
		sample = int(n*s.ratio) > int((n-1)*s.ratio)
	}
	if sample {
		return trace.SamplingResult{Decision: trace.RecordAndSample, Tracestate: parent.TraceState()}
	}
	return trace.SamplingResult{Decision: trace.RecordOnly, Tracestate: parent.TraceState()}
}

// Description implements trace.Sampler.
//
//stagecraft:add
func (s byHand) Description() string { return "byHand" }
