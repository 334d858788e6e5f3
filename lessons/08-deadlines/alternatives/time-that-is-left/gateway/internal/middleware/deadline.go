package middleware

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"
)

func Deadline(timeout time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		before := c.Request
		ctx, cancel := context.WithDeadline(before.Context(), time.Now().Add(timeout))
		c.Request = before.Clone(ctx)
		defer func() {
			cancel()
			c.Request = before
		}()
		c.Next()
	}
}
