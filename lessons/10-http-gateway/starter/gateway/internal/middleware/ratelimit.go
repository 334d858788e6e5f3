package middleware

import (
	"time"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	"shop/platform/clock"
	"shop/platform/errs"
)

// RateLimit rejects a client that exceeds the limit of a route.
func RateLimit(limits Limits, now clock.Clock) gin.HandlerFunc {
	// TODO: what may a client write differently each time?
	limiter := limits.General.Limiter(limits.Buckets, now)
	return func(c *gin.Context) {
		if wait, ok := limiter.Take(clientOf(c), c.Request.Method+" "+c.Request.URL.Path); !ok {
			TooMany(c, wait)
		}
	}
}

// TooMany rejects a request, with the time after which to repeat it.
func TooMany(c *gin.Context, wait time.Duration) {
	// TODO: when should the client try again?
	reply.Error(c, errs.New(errs.RateLimited, "RATE_LIMITED", "too many requests"))
}

// clientOf returns the client of a request, as the limit counts clients.
func clientOf(c *gin.Context) string {
	// TODO: how many addresses does a client have?
	return c.ClientIP()
}
