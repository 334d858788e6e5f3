package middleware

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"go.uber.org/zap"

	"shop/platform/errs"
	"shop/platform/logging"
)

// Logger writes one line per request. Bodies are masked, and cut to maxBody bytes.
func Logger(maxBody int) gin.HandlerFunc {
	return func(c *gin.Context) {
		started := time.Now()
		request := recordRequestBody(c, maxBody)
		response := recordResponseBody(c, maxBody)
		status := http.StatusInternalServerError // unless Next returns: a panic passes through here on its way to Recovery
		defer func() {
			fields := []zap.Field{
				logging.Event("gateway.request.handled"),
				zap.String("method", c.Request.Method),
				zap.String("route", routeOf(c)),
				zap.String("path", c.Request.URL.Path),
				zap.Int("status", status),
				zap.Int64("duration_ms", time.Since(started).Milliseconds()),
				zap.String("client_ip", c.ClientIP()),
				zap.String("request_body", request.masked()),
				zap.String("response_body", response.masked()),
			}
			if last := c.Errors.Last(); last != nil {
				// The service that failed has logged its cause. This line shows what the client was told.
				public := *errs.From(last.Err)
				public.Cause = nil
				fields = append(fields, logging.Error(&public))
			}
			logging.From(c.Request.Context()).Log(levelOf(status), "request handled", fields...)
		}()
		c.Next()
		status = c.Writer.Status()
	}
}
