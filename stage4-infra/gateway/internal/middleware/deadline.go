package middleware

import (
	"context"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
)

// Deadline bounds the whole request; each call that it makes gets the time that is left. The routes of streams, by method and pattern,
// bound themselves.
func Deadline(timeout time.Duration, streams ...string) gin.HandlerFunc {
	return func(c *gin.Context) {
		if slices.Contains(streams, methodOf(c)+" "+routeOf(c)) {
			c.Next()
			return
		}
		ctx, cancel := context.WithTimeout(c.Request.Context(), timeout)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}
