package middleware

import (
	"net"
	"net/http"
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

// Limiter returns a Limiter for the limit, nil for none.
func (l Limit) Limiter(size Buckets, now clock.Clock) *Limiter {
	if l.PerSecond == 0 {
		return nil
	}
	return NewLimiter(l, size, now)
}

// RateLimit rejects a client that exceeds the limit of a route.
func RateLimit(limits Limits, now clock.Clock) gin.HandlerFunc {
	limiters := map[string]*Limiter{"": limits.General.Limiter(limits.Buckets, now)}
	for route, limit := range limits.Routes {
		limiters[route] = limit.Limiter(limits.Buckets, now)
	}
	return func(c *gin.Context) {
		key, name := c.Request.Method+" "+c.FullPath(), ""
		if c.FullPath() == "" {
			key = ""
		}
		if _, own := limiters[key]; own {
			name = key
		}
		if wait, ok := limiters[name].Take(clientOf(c), key); !ok {
			TooMany(c, wait)
		}
	}
}

// TooMany rejects a request, with the time after which to repeat it.
func TooMany(c *gin.Context, wait time.Duration) {
	c.Writer.Header().Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
	reply.Refuse(c, http.StatusTooManyRequests, errs.New(errs.RateLimited, "RATE_LIMITED", "slow down"))
}

func clientOf(c *gin.Context) string {
	ip := net.ParseIP(c.ClientIP())
	if four := ip.To4(); four != nil {
		return four.String()
	}
	if ip == nil {
		return c.ClientIP()
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}
