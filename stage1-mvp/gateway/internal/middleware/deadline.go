package middleware

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"
)

// Deadline bounds the whole request; every call that it causes gets what is left.
func Deadline(timeout time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), timeout)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}
