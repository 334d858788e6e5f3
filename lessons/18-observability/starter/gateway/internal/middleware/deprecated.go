package middleware

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"
)

// Mark returns the middleware of one route. It adds the headers Deprecation (RFC 9745), Sunset (RFC 8594) and Link, which names
// the successor.
func (d *Deprecations) Mark(deprecation Deprecation) gin.HandlerFunc {
	since := fmt.Sprintf("@%d", deprecation.Since.Unix())
	sunset := deprecation.Sunset.UTC().Format(http.TimeFormat)
	return func(c *gin.Context) {
		// As it was sent, so that its sender can be found.
		d.used.WithLabelValues(methodOf(c), c.Request.RequestURI).Inc()
		c.Header("Deprecation", since)
		c.Header("Sunset", sunset)
		c.Header("Link", fmt.Sprintf(`<%s>; rel="successor-version"`, deprecation.Successor(c)))
		c.Next()
	}
}
