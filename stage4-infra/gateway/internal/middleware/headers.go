package middleware

import "github.com/gin-gonic/gin"

// SecurityHeaders says of every answer that it is data and nothing else: browsers must not guess its type, render it, or keep it. A handler
// whose answer may be kept replaces Cache-Control.
func SecurityHeaders(encrypted bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Header("X-Content-Type-Options", "nosniff")
		c.Header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		c.Header("Cache-Control", "no-store")
		if encrypted {
			c.Header("Strict-Transport-Security", "max-age=31536000")
		}
	}
}
