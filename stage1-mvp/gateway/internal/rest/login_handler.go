package rest

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"stagecraft/stage1-mvp/gateway/internal/identity"
	"stagecraft/stage1-mvp/gateway/internal/reply"
)

const loginPath = "/v1/login"

// LoginHandler serves /v1/login, the one route below /v1 that needs no token.
type LoginHandler struct{ login *identity.Login }

// NewLoginHandler returns the handler of this login.
func NewLoginHandler(login *identity.Login) *LoginHandler { return &LoginHandler{login: login} }

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
	session, err := h.login.Execute(c.Request.Context(), body.Username, body.Password)
	if err != nil {
		reply.Error(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	reply.Data(c, http.StatusOK, sessionJSON{
		AccessToken: string(session.Token), TokenType: "Bearer", ExpiresIn: int64(session.Lifetime.Seconds()),
	})
}
