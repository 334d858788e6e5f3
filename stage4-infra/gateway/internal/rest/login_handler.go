package rest

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/config"
	"shop/gateway/internal/identity"
	"shop/gateway/internal/middleware"
	"shop/gateway/internal/reply"
	"shop/platform/clock"
)

const loginPath = "/v1/login"

// LoginHandler serves /v1/login, the one route below /v1 that needs no token.
type LoginHandler struct {
	login   *identity.Login
	perUser *middleware.Limiter
}

// NewLoginHandler returns the handler of this login.
func NewLoginHandler(login *identity.Login, cfg config.Config, now clock.Clock) *LoginHandler {
	return &LoginHandler{login: login, perUser: middleware.Limit(cfg.LoginUserRateLimit).Limiter(middleware.Buckets(cfg.Buckets), now)}
}

func (h *LoginHandler) create(c *gin.Context) {
	body, ok := bindBody[loginBody](c)
	if !ok {
		return
	}
	if len(body.Password) > identity.MaxPassword {
		reply.Error(c, reply.Invalid(reply.Field{
			Field: "password", Message: fmt.Sprintf("must be at most %d bytes", identity.MaxPassword),
		}))
		return
	}
	// Guesses from many addresses still have one name in common. Unknown names are limited too, so the limit does not show which exist.
	if wait, ok := h.perUser.Take(body.Username, loginPath); !ok {
		middleware.TooMany(c, wait)
		return
	}
	session, err := h.login.Execute(c.Request.Context(), body.Username, body.Password)
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, sessionJSON{
		AccessToken: string(session.Token), TokenType: "Bearer", ExpiresIn: int64(session.Lifetime.Seconds()),
	})
}
