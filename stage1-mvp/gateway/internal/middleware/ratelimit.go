package middleware

import (
	"math"
	"net/netip"
	"strconv"

	"github.com/gin-gonic/gin"

	"stagecraft/stage1-mvp/gateway/internal/reply"
	"stagecraft/stage1-mvp/platform/errs"
)

// RateLimit refuses a client that asks one route too often, and says when to come back.
func RateLimit(limiter *Limiter) gin.HandlerFunc {
	return func(c *gin.Context) {
		wait, ok := limiter.Take(clientOf(c), methodOf(c)+" "+routeOf(c))
		if ok {
			c.Next()
			return
		}
		seconds := int(math.Ceil(wait.Seconds()))
		c.Header("Retry-After", strconv.Itoa(seconds))
		reply.Error(c, errs.New(errs.RateLimited, "RATE_LIMITED", "too many requests, try again in %d s", seconds))
	}
}

// clientOf is the address, or for IPv6 the /64 that one subscriber has all of.
func clientOf(c *gin.Context) string {
	addr, err := netip.ParseAddr(c.ClientIP())
	if err != nil || addr.Unmap().Is4() {
		return c.ClientIP()
	}
	network, err := addr.Prefix(64)
	if err != nil {
		return c.ClientIP()
	}
	return network.String()
}
