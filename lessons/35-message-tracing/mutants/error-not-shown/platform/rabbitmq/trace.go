package rabbitmq

import (
	"go.opentelemetry.io/otel/trace"
)

func endSpan(span trace.Span, err error) {
	if err != nil {
		span.RecordError(err)
	}
	span.End()
}
