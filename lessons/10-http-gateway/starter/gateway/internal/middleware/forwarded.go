package middleware

import "github.com/gin-gonic/gin"

// NormalizeForwarded rewrites X-Forwarded-For so that Gin can read it.
func NormalizeForwarded() gin.HandlerFunc {
	// TODO: what do proxies write that Gin does not read?
	return func(c *gin.Context) { c.Next() }
}

//stagecraft:drop
func bareAddress(entry string) string { return "" }
