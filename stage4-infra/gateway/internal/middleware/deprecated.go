package middleware

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// Deprecation describes a route that will be removed.
type Deprecation struct {
	// Since is when the route was replaced, Sunset when it may stop working.
	Since, Sunset time.Time
	// Successor returns the address to use instead of that of the request.
	Successor func(c *gin.Context) string
}

// Deprecations marks routes that will be removed, and counts the requests that still use them: at zero a route can be removed.
type Deprecations struct{ used *prometheus.CounterVec }

// NewDeprecations returns Deprecations that count in the registry.
func NewDeprecations(registry *prometheus.Registry) *Deprecations {
	used := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_deprecated_requests_total",
		Help: "Requests of routes that will go away, by method and route pattern.",
	}, []string{"method", "route"})
	registry.MustRegister(used)
	return &Deprecations{used: used}
}

// Mark returns the middleware of one route. It adds the headers Deprecation (RFC 9745), Sunset (RFC 8594) and Link, which names
// the successor.
func (d *Deprecations) Mark(deprecation Deprecation) gin.HandlerFunc {
	since := fmt.Sprintf("@%d", deprecation.Since.Unix())
	sunset := deprecation.Sunset.UTC().Format(http.TimeFormat)
	return func(c *gin.Context) {
		d.used.WithLabelValues(methodOf(c), routeOf(c)).Inc()
		c.Header("Deprecation", since)
		c.Header("Sunset", sunset)
		c.Header("Link", fmt.Sprintf(`<%s>; rel="successor-version"`, deprecation.Successor(c)))
		c.Next()
	}
}
