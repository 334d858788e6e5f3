package middleware

import (
	"net"
	"strings"

	"github.com/gin-gonic/gin"
)

// NormalizeForwarded leaves bare addresses in X-Forwarded-For.
func NormalizeForwarded() gin.HandlerFunc {
	return func(c *gin.Context) {
		var list []string
		for _, line := range c.Request.Header["X-Forwarded-For"] {
			for entry := range strings.SplitSeq(line, ",") {
				entry = strings.TrimSpace(entry)
				if host, _, err := net.SplitHostPort(entry); err == nil {
					entry = host
				}
				list = append(list, strings.Trim(entry, "[]"))
			}
		}
		if list != nil {
			c.Request.Header["X-Forwarded-For"] = []string{strings.Join(list, ",")}
		}
	}
}
