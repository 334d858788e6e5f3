// Package rest is the shop as clients see it: JSON over HTTP.
package rest

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
	"go.uber.org/zap"

	"stagecraft/stage1-mvp/gateway/internal/config"
	"stagecraft/stage1-mvp/gateway/internal/middleware"
	"stagecraft/stage1-mvp/gateway/internal/reply"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/errs"
)

const healthPath = "/healthz"

// Handler serves some routes below /v1.
type Handler interface {
	Register(v1 gin.IRouter)
}

// RouterParams is what a router is made of.
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

// NewRouter returns all routes and the middleware around them. The order matters: Recovery sees every panic, Logger every answer, and
// clients that ask too often are refused before their signature is checked, which costs more.
func NewRouter(p RouterParams) (*gin.Engine, error) {
	useWireNames()
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	if err := engine.SetTrustedProxies(p.Config.Server.Proxies()); err != nil {
		return nil, fmt.Errorf("trust proxies: %w", err)
	}
	// Gin would also trust X-Real-IP, which a proxy that does not know it passes on as the client sent it.
	engine.RemoteIPHeaders = []string{"X-Forwarded-For"}
	// A redirect would bypass the limits, the log and the format of answers below.
	engine.RedirectTrailingSlash = false
	// A SKU may hold a slash: /v1/stock/tea%2Fgreen. Gin would read it as a form, where a plus is a space; bindURI reads it as a path.
	engine.UseEscapedPath, engine.UnescapePathValues = true, false
	engine.Use(
		otelgin.Middleware(p.Service),
		middleware.Context(p.Log),
		middleware.Recovery(),
		middleware.Logger(),
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
	reply.Error(c, errs.New(errs.NotFound, "NO_SUCH_ROUTE", "there is nothing at this address"))
}

// noMethod answers for an address that exists but does not allow the method. Gin has put the allowed ones into Allow.
func noMethod(c *gin.Context) {
	reply.Refuse(c, http.StatusMethodNotAllowed, errs.New(errs.NotFound, "METHOD_NOT_ALLOWED",
		"this cannot be done with this address, but %s can", c.Writer.Header().Get("Allow")))
}
