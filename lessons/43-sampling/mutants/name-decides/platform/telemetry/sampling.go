package telemetry

import (
	"hash/fnv"

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
		hash := fnv.New64a()
		_, _ = hash.Write(append([]byte(p.Name), p.TraceID[:]...))
		sample = float64(hash.Sum64()>>11)/(1<<53) < s.ratio
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
