package rest

import (
	"github.com/gin-gonic/gin"

	"shop/gateway/internal/middleware"
)

// NewRouter returns all routes with their middleware. The order matters: Recovery sees every panic, Logger every answer, and the rate limit
// comes before the more expensive verification of tokens.
func NewRouter(p RouterParams) (*gin.Engine, error) {
	useWireNames()
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	// TODO: whose word is believed about where a request comes from?
	// A redirect would bypass the limits, the log and the format of answers below.
	engine.RedirectTrailingSlash = false
	// A SKU may contain a slash: /v1/stock/tea%2Fgreen. Gin would unescape it as a form, where a plus is a space; bindURI does it as a path.
	engine.UseEscapedPath, engine.UnescapePathValues = true, false
	engine.Use(middleware.Tracing(p.Service)...)
	engine.Use(
		middleware.NormalizeForwarded(),
		middleware.Context(p.Log),
		middleware.Recovery(),
		middleware.Logger(p.Config.Server.MaxLoggedBody),
		middleware.Metrics(p.Registry),
	)
	engine.GET(healthPath, health)
	limits := limits(p.Config)
	engine.Use(
		middleware.RateLimit(limits, p.Clock),
		middleware.Deadline(p.Config.Server.RequestTimeout),
		middleware.BodyLimit(p.Config.Server.MaxBodyBytes),
	)
	describe, err := description()
	if err != nil {
		return nil, err
	}
	engine.GET(descriptionPath, describe)
	engine.POST(loginPath, p.Login.create)
	engine.HandleMethodNotAllowed = true
	engine.NoRoute(noRoute)
	engine.NoMethod(noMethod)
	v1 := engine.Group("/v1", middleware.Auth(p.Verifier))
	for _, handler := range p.Handlers {
		handler.Register(v1)
	}
	return engine, checkLimits(limits, engine)
}
