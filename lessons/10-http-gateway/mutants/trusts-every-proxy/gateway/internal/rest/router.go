// Package rest is the shop as clients see it: JSON over HTTP.
package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"shop/gateway/internal/config"
	"shop/gateway/internal/middleware"
	"shop/gateway/internal/reply"
	"shop/platform/auth"
	"shop/platform/clock"
	"shop/platform/errs"
)

const healthPath = "/healthz"

// Handler serves some routes below /v1.
type Handler interface {
	Register(v1 gin.IRouter)
}

// RouterParams are the dependencies of a router.
type RouterParams struct {
	Service  string
	Config   config.Config
	Verifier *auth.Verifier
	Registry *prometheus.Registry
	Clock    clock.Clock
	Log      *zap.Logger
	Login    *LoginHandler
	Handlers []Handler
}

// NewRouter returns all routes with their middleware. The order matters: Recovery sees every panic, Logger every answer, and the rate limit
// comes before the more expensive verification of tokens.
func NewRouter(p RouterParams) (*gin.Engine, error) {
	useWireNames()
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	// Gin would also trust X-Real-IP, which a proxy that does not know it passes on as the client sent it.
	engine.RemoteIPHeaders = []string{"X-Forwarded-For"}
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

func noRoute(c *gin.Context) {
	reply.Error(c, errs.New(errs.NotFound, "NO_SUCH_ROUTE", "no such route"))
}

// noMethod answers when the address exists but does not allow the method. Gin has set the header Allow.
func noMethod(c *gin.Context) {
	reply.Refuse(c, http.StatusMethodNotAllowed, errs.New(errs.NotFound, "METHOD_NOT_ALLOWED",
		"method not allowed; allowed: %s", c.Writer.Header().Get("Allow")))
}
