package middleware

import (
	"net"
	"net/netip"
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
			var addresses []string
			for _, entry := range entries {
				if address := bareAddress(strings.TrimSpace(entry)); net.ParseIP(address) != nil {
					addresses = append(addresses, address)
				}
			}
			c.Request.Header.Set(forwardedHeader, strings.Join(addresses, ", "))
		}
		c.Next()
	}
}

func bareAddress(entry string) string {
	if addrPort, err := netip.ParseAddrPort(entry); err == nil {
		return addrPort.Addr().String()
	}
	if inner, ok := strings.CutPrefix(entry, "["); ok && strings.HasSuffix(inner, "]") {
		return strings.TrimSuffix(inner, "]")
	}
	return entry
}
