package middleware

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"shop/platform/overload"
)

// ShedLoad refuses requests while the gateway or the services behind it are overloaded. Only routes below /v1 cost anything: health checks
// and unknown paths always pass. The routes of streams are refused too, but take no place while they are open.
func ShedLoad(limiter *overload.Limiter, priorities Priorities, streams ...string) gin.HandlerFunc {
	return func(c *gin.Context) {
		route := methodOf(c) + " " + routeOf(c)
		if !strings.HasPrefix(c.FullPath(), "/v1/") {
			c.Next()
			return
		}
		if slices.Contains(streams, route) {
			if err := limiter.Check(c.Request.Context(), priorities[route]); err != nil {
				refuse(c, limiter, err)
				return
			}
			c.Next()
			return
		}
		done, err := limiter.Admit(c.Request.Context(), priorities[route])
		if err != nil {
			refuse(c, limiter, err)
			return
		}
		c.Next()
		// A failed request took as long as the outage behind it lets it take. As a measurement it would mislead the limiter.
		if c.Writer.Status() < http.StatusInternalServerError {
			done()
		}
	}
}
