package middleware

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"
	"go.uber.org/zap"

	"shop/gateway/internal/reply"
	"shop/platform/logging"
)

// Recovery turns a panic into an answer and one log line with the stack.
func Recovery() gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			// This is the server's own way to abort a connection without an answer.
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(cause)
			}
			err := fmt.Errorf("panic: %v", cause)
			logging.From(c.Request.Context()).Error("request panicked",
				logging.Event("gateway.request.panicked"), logging.Error(err), zap.Stack("stack"))
			if c.Writer.Written() {
				c.Abort()
				return
			}
			reply.Error(c, err)
		}()
		c.Next()
	}
}
