package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
)

// newSampler decides where a trace begins.
func newSampler(ratio float64) trace.Sampler {
	return recordRest{trace.TraceIDRatioBased(ratio)}
}
