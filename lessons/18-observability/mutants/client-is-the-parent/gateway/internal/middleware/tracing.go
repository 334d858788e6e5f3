package middleware

import (
	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
)

// Tracing starts a root span for each request. Clients on the internet must not choose trace ids, decide what is sampled, or send baggage
// to the services, so their trace context becomes a link of the span and their baggage is dropped.
func Tracing(service string) gin.HandlersChain {
	return gin.HandlersChain{otelgin.Middleware(service), linkClientTrace}
}
