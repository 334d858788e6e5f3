package telemetry

import (
	"errors"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// ratios are the parts of the traces that environments record. One with much traffic sets OTEL_TRACES_SAMPLER_ARG to 0.05 or less.
var ratios = map[string]float64{"dev": 1, "test": 1, "stage": 0.5, "prod": 0.2}

// otherRatio is that of environments with another name.
const otherRatio = 0.2

// sampleRatio returns the part of the traces that start in this service and are recorded.
func (c *Config) sampleRatio(env string) (float64, error) {
	if c.SampleRatio == "" {
		if ratio, ok := ratios[env]; ok {
			return ratio, nil
		}
		return otherRatio, nil
	}
	ratio, err := strconv.ParseFloat(c.SampleRatio, 64)
	if err != nil || !(ratio >= 0 && ratio <= 1) {
		return 0, errors.New("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1")
	}
	return ratio, nil
}

// newSampler decides where a trace begins, by its id. All other services follow, so that a trace is whole or not there.
func newSampler(ratio float64) trace.Sampler {
	return trace.ParentBased(recordRest{trace.TraceIDRatioBased(ratio)},
		trace.WithRemoteParentNotSampled(recordRest{trace.NeverSample()}),
		trace.WithLocalParentNotSampled(recordRest{trace.NeverSample()}))
}

// recordRest records, without sampling, the spans that its sampler drops: whether a span failed is known only at its end.
type recordRest struct{ trace.Sampler }

func (s recordRest) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	result := s.Sampler.ShouldSample(p)
	if result.Decision == trace.Drop {
		result.Decision = trace.RecordOnly
	}
	return result
}

// notable passes on the spans of sampled traces, and of the others those that failed or were slow. Of these traces the collector gets the
// failed spans of each service, and not the rest.
type notable struct {
	trace.SpanProcessor
	slowAfter time.Duration
}

func (n notable) OnEnd(span trace.ReadOnlySpan) {
	switch {
	case span.SpanContext().IsSampled():
		n.SpanProcessor.OnEnd(span)
	case n.isNotable(span):
		n.SpanProcessor.OnEnd(sampled{span})
	}
}

// isNotable leaves out the spans of clients: their status is an error after NotFound, too.
func (n notable) isNotable(span trace.ReadOnlySpan) bool {
	if span.SpanKind() == oteltrace.SpanKindClient {
		return false
	}
	return span.Status().Code == codes.Error || span.EndTime().Sub(span.StartTime()) >= n.slowAfter
}

// sampled is a span that exporters do not leave out.
type sampled struct{ trace.ReadOnlySpan }

func (s sampled) SpanContext() oteltrace.SpanContext {
	c := s.ReadOnlySpan.SpanContext()
	return c.WithTraceFlags(c.TraceFlags().WithSampled(true))
}
