package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
)

// ShouldSample makes sure that each span is recorded.
func (s recordRest) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	result := s.Sampler.ShouldSample(p)
	result.Decision = trace.RecordAndSample
	return result
}
