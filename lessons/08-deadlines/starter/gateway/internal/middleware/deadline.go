package middleware

import (
	"time"

	"github.com/gin-gonic/gin"
)

// Deadline bounds the whole request; each call that it makes gets the time that is left.
func Deadline(timeout time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		// TODO: give the request its budget.
		c.Next()
	}
}
