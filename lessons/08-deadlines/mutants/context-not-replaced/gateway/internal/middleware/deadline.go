package middleware

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"
)

func Deadline(timeout time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), timeout)
		defer cancel()
		c.Set("ctx", ctx)
		c.Next()
	}
}
