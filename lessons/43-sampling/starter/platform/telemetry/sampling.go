package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// ratios are the parts of the traces that environments record.
//
// TODO: decide.
var ratios = map[string]float64{"dev": 0, "test": 0, "stage": 0, "prod": 1}

// otherRatio is that of environments with another name.
//
// TODO: decide.
const otherRatio = 1.0

// newSampler returns the sampler of a service. ratio is the part of the traces that begin here and are recorded.
//
// TODO: this one records everything.
func newSampler(ratio float64) trace.Sampler {
	_ = ratio
	return trace.AlwaysSample()
}

//stagecraft:drop
type recordRest struct{ trace.Sampler }

//stagecraft:drop
func (s recordRest) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	return trace.SamplingResult{}
}

// OnEnd passes on the spans that the collector must get.
//
// TODO: this one passes on the spans of sampled traces only.
func (n notable) OnEnd(span trace.ReadOnlySpan) {
	if span.SpanContext().IsSampled() {
		n.SpanProcessor.OnEnd(span)
	}
}

//stagecraft:drop
func (n notable) isNotable(span trace.ReadOnlySpan) bool { return false }

//stagecraft:drop
type sampled struct{ trace.ReadOnlySpan }

//stagecraft:drop
func (s sampled) SpanContext() oteltrace.SpanContext { return oteltrace.SpanContext{} }
