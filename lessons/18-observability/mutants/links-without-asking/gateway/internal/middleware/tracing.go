package middleware

import (
	"encoding/hex"
	"strings"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/trace"
)

func linkClientTrace(c *gin.Context) {
	parts := strings.Split(strings.ToLower(c.GetHeader("traceparent")), "-")
	if len(parts) >= 3 {
		var config trace.SpanContextConfig
		_, _ = hex.Decode(config.TraceID[:], []byte(parts[1])[:min(len(parts[1]), 32)])
		_, _ = hex.Decode(config.SpanID[:], []byte(parts[2])[:min(len(parts[2]), 16)])
		if client := trace.NewSpanContext(config); client.IsValid() {
			trace.SpanFromContext(c.Request.Context()).AddLink(trace.Link{SpanContext: client})
		}
	}
	c.Next()
}
