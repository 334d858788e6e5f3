package middleware

import (
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"shop/platform/overload"
)

// ShedLoad refuses requests while the gateway or the services behind it are overloaded. Only routes below /v1 cost anything: health checks
// and unknown paths always pass. The routes of streams are refused too, but take no place while they are open.
func ShedLoad(limiter *overload.Limiter, priorities Priorities, streams ...string) gin.HandlerFunc {
	return func(c *gin.Context) {
		route, ctx := methodOf(c)+" "+routeOf(c), c.Request.Context()
		end, err := func() {}, error(nil)
		switch {
		case !strings.HasPrefix(c.FullPath(), "/v1/"):
		case slices.Contains(streams, route):
			err = limiter.Check(ctx, priorities[route])
		default:
			var done func()
			if done, err = limiter.Admit(ctx, priorities[route]); err == nil {
				end = sync.OnceFunc(done)
			}
		}
		if err != nil {
			refuse(c, limiter, err)
			return
		}
		defer end()
		c.Next()
		end()
	}
}
