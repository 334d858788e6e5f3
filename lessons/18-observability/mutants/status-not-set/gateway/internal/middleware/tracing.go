package middleware

import (
	"context"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Tracing starts a root span for each request, with a link to the client's.
func Tracing(service string) gin.HandlersChain {
	tracer := otel.Tracer("shop/" + service)
	return gin.HandlersChain{func(c *gin.Context) {
		options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer), trace.WithNewRoot()}
		sent := propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(c.Request.Header))
		if client := trace.SpanContextFromContext(sent); client.IsValid() {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: client}))
		}
		ctx, span := tracer.Start(c.Request.Context(), c.Request.Method+" "+routeOf(c), options...)
		defer span.End()
		c.Request = c.Request.WithContext(ctx)
		c.Next()
		status := c.Writer.Status()
		span.SetAttributes(attribute.String("http.route", c.FullPath()), attribute.Int("http.response.status_code", status))
	}}
}

//stagecraft:drop
func linkClientTrace(c *gin.Context) {}
