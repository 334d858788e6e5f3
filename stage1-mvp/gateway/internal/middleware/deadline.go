package middleware

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"
)

// Deadline bounds the whole request; each call that it makes gets the time that is left.
func Deadline(timeout time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), timeout)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}
