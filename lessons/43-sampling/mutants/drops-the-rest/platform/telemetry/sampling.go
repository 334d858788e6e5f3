package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
)

// newSampler decides where a trace begins.
func newSampler(ratio float64) trace.Sampler {
	return trace.ParentBased(trace.TraceIDRatioBased(ratio),
		trace.WithRemoteParentNotSampled(recordRest{trace.NeverSample()}),
		trace.WithLocalParentNotSampled(recordRest{trace.NeverSample()}))
}
