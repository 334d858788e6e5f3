package middleware

import (
	"math"
	"net/netip"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"stagecraft/stage1-mvp/gateway/internal/reply"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/errs"
)

// Limit is PerSecond requests on average, and Burst at once. PerSecond 0 is no limit.
type Limit struct {
	PerSecond float64
	Burst     int
}

// Limits are the limits of all routes.
type Limits struct {
	General Limit
	// Routes have a limit of their own, by method and pattern: "POST /v1/login".
	Routes map[string]Limit
}

// RateLimit refuses a client that asks one route too often, and says when to come back.
func RateLimit(limits Limits, now clock.Clock) gin.HandlerFunc {
	general := limits.General.Limiter(now)
	own := make(map[string]*Limiter, len(limits.Routes))
	for route, limit := range limits.Routes {
		own[route] = limit.Limiter(now)
	}
	return func(c *gin.Context) {
		route := methodOf(c) + " " + routeOf(c)
		limiter, ok := own[route]
		if !ok {
			limiter = general
		}
		if wait, ok := limiter.Take(clientOf(c), route); !ok {
			TooMany(c, wait)
			return
		}
		c.Next()
	}
}

// TooMany refuses a request, and says after how many seconds it may come again.
func TooMany(c *gin.Context, wait time.Duration) {
	seconds := int(math.Ceil(wait.Seconds()))
	c.Header("Retry-After", strconv.Itoa(seconds))
	reply.Error(c, errs.New(errs.RateLimited, "RATE_LIMITED", "too many requests, try again in %d s", seconds))
}

// Limiter returns one that keeps to the limit.
func (l Limit) Limiter(now clock.Clock) *Limiter {
	if l.PerSecond == 0 {
		return nil
	}
	return NewLimiter(l.PerSecond, l.Burst, now)
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
