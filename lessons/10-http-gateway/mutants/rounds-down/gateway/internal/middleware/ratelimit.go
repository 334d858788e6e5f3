package middleware

import (
	"math"
	"net/netip"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	"shop/platform/clock"
	"shop/platform/errs"
)

// Limit is PerSecond requests on average, and Burst at once. PerSecond 0 means no limit.
type Limit struct {
	PerSecond float64
	Burst     int
}

// Limits are the limits of all routes.
type Limits struct {
	Buckets Buckets
	General Limit
	// Routes have a limit of their own, by method and pattern: "POST /v1/login".
	Routes map[string]Limit
}

// RateLimit rejects a client that exceeds the limit of a route.
func RateLimit(limits Limits, now clock.Clock) gin.HandlerFunc {
	general := limits.General.Limiter(limits.Buckets, now)
	own := make(map[string]*Limiter, len(limits.Routes))
	for route, limit := range limits.Routes {
		own[route] = limit.Limiter(limits.Buckets, now)
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

// TooMany rejects a request, with the time after which to repeat it.
func TooMany(c *gin.Context, wait time.Duration) {
	seconds := int(math.Floor(wait.Seconds()))
	c.Header("Retry-After", strconv.Itoa(seconds))
	reply.Error(c, errs.New(errs.RateLimited, "RATE_LIMITED", "too many requests, try again in %d s", seconds))
}

// Limiter returns a Limiter for the limit, nil for none.
func (l Limit) Limiter(size Buckets, now clock.Clock) *Limiter {
	if l.PerSecond == 0 {
		return nil
	}
	return NewLimiter(l, size, now)
}

// clientOf returns the address, or for IPv6 its /64, which belongs to one subscriber.
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
