package middleware

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// Deprecation is what clients are told of a route that will go away.
type Deprecation struct {
	// Since is when it was replaced, Sunset when it may stop to work.
	Since, Sunset time.Time
	// Successor returns the address to ask instead of the request's own.
	Successor func(c *gin.Context) string
}

// Deprecations tells clients of routes that will go away, and counts those who still ask them: at zero a route can be removed.
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

// Mark returns the middleware of one route. Its answers say since when it is deprecated (RFC 9745), until when it works (RFC 8594) and
// what takes its place.
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
