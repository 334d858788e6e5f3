package middleware

import (
	"github.com/gin-gonic/gin"
	"go.uber.org/zap"

	"shop/platform/correlation"
	"shop/platform/logging"
)

// Context gives the request a correlation id, the client's own if it is safe to log, and a logger that writes it on every line.
func Context(log *zap.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx := correlation.With(c.Request.Context(), c.GetHeader(correlation.Header))
		id := correlation.From(ctx)
		c.Header(correlation.Header, id)
		ctx = logging.Into(ctx, log.With(zap.String("correlation_id", id)))
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}
