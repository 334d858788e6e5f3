package rest

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/config"
	"shop/gateway/internal/middleware"
)

// limits returns the rate limits of one client. A route that is not listed has the general limit, in a bucket of its own.
func limits(cfg config.Config) middleware.Limits {
	return middleware.Limits{
		Buckets: middleware.Buckets(cfg.Buckets),
		General: middleware.Limit(cfg.RateLimit),
		Routes: map[string]middleware.Limit{
			// Each request may be a guess at a password, and costs the gateway a slow hash.
			http.MethodPost + " " + loginPath: middleware.Limit(cfg.LoginRateLimit),
		},
	}
}

// checkLimits rejects a limit for a route that does not exist: the intended route would have none.
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
