package httpclient

import (
	"context"
	"net/url"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// startSpan starts a span that is not propagated to the third party.
func (c *Client) startSpan(ctx context.Context, request Request) (context.Context, trace.Span) {
	attributes := []attribute.KeyValue{
		attribute.String("http.request.method", request.Method), attribute.String("peer.service", c.cfg.Peer),
	}
	if address, err := url.Parse(request.URL); err == nil {
		attributes = append(attributes, attribute.String("server.address", address.Host), attribute.String("url.path", address.Path))
	}
	return otel.Tracer("stagecraft/httpclient").Start(ctx, request.Method+" "+c.cfg.Peer,
		trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
}
