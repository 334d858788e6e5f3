package middleware

import (
	"strings"

	"github.com/gin-gonic/gin"
)

const forwardedHeader = "X-Forwarded-For"

// NormalizeForwarded rewrites X-Forwarded-For for Gin, which reads only the first header line and only bare addresses: the lines of all
// proxies become one list, and an entry such as 203.0.113.1:5000 or [2001:db8::1]:5000 loses its port and brackets.
func NormalizeForwarded() gin.HandlerFunc {
	return func(c *gin.Context) {
		if lines := c.Request.Header.Values(forwardedHeader); len(lines) > 0 {
			entries := strings.Split(strings.Join(lines, ","), ",")
			for i, entry := range entries {
				entries[i] = strings.TrimSpace(entry)
			}
			c.Request.Header.Set(forwardedHeader, strings.Join(entries, ", "))
		}
		c.Next()
	}
}
