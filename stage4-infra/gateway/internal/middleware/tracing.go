package middleware

import (
	"context"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Tracing starts a root span for each request. Clients on the internet must not choose trace ids, decide what is sampled, or send baggage
// to the services, so their trace context becomes a link of the span and their baggage is dropped.
func Tracing(service string) gin.HandlersChain {
	nothing := propagation.NewCompositeTextMapPropagator()
	return gin.HandlersChain{otelgin.Middleware(service, otelgin.WithPropagators(nothing)), linkClientTrace}
}

func linkClientTrace(c *gin.Context) {
	client := trace.SpanContextFromContext(
		propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(c.Request.Header)))
	if client.IsValid() {
		trace.SpanFromContext(c.Request.Context()).AddLink(trace.Link{SpanContext: client})
	}
	c.Next()
}
