package middleware

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"stagecraft/stage1-mvp/platform/logging"
)

// Logger writes one line per request: what was asked, what was answered, how long it took, and the whole chain of the error, which
// the client does not see. Bodies are masked and cut.
func Logger() gin.HandlerFunc {
	return func(c *gin.Context) {
		started := time.Now()
		asked := recordRequestBody(c)
		answered := recordResponseBody(c)
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
				zap.String("request_body", asked.masked()),
				zap.String("response_body", answered.masked()),
			}
			if last := c.Errors.Last(); last != nil {
				fields = append(fields, logging.Error(last.Err))
			}
			logging.From(c.Request.Context()).Log(levelOf(status), "request handled", fields...)
		}()
		c.Next()
		status = c.Writer.Status()
	}
}

// levelOf is warn for mistakes of the client and error for our own.
func levelOf(status int) zapcore.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return zapcore.ErrorLevel
	case status >= http.StatusBadRequest:
		return zapcore.WarnLevel
	default:
		return zapcore.InfoLevel
	}
}

// routeOf returns the pattern, such as /v1/orders/:id: with the path itself, every id would become a label value and a bucket of its own.
func routeOf(c *gin.Context) string {
	if route := c.FullPath(); route != "" {
		return route
	}
	return "unmatched"
}
