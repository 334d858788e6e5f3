package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
)

// newSampler decides where a trace begins.
func newSampler(ratio float64) trace.Sampler {
	return trace.ParentBased(recordRest{trace.TraceIDRatioBased(ratio)},
		trace.WithRemoteParentNotSampled(recordRest{trace.TraceIDRatioBased(ratio)}),
		trace.WithLocalParentNotSampled(recordRest{trace.NeverSample()}))
}
