package rest

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"stagecraft/stage1-mvp/gateway/internal/config"
	"stagecraft/stage1-mvp/gateway/internal/middleware"
)

// limits are the rate limits of one client. A route that is not named here has the general limit, in a bucket of its own.
func limits(cfg config.Config) middleware.Limits {
	return middleware.Limits{
		General: middleware.Limit(cfg.RateLimit),
		Routes: map[string]middleware.Limit{
			// Each request is a guess at a password, and costs us the time that makes guessing slow.
			http.MethodPost + " " + loginPath: middleware.Limit(cfg.LoginRateLimit),
		},
	}
}

// checkLimits refuses a limit for a route that does not exist: the route that was meant would have none.
func checkLimits(limits middleware.Limits, engine *gin.Engine) error {
	missing := make(map[string]bool)
	for route := range limits.Routes {
		missing[route] = true
	}
	for _, route := range engine.Routes() {
		delete(missing, route.Method+" "+route.Path)
	}
	for route := range missing {
		return fmt.Errorf("there is a limit for %s, but no such route", route)
	}
	return nil
}
