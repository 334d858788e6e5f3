package middleware

import (
	"github.com/gin-gonic/gin"

	"stagecraft/stage1-mvp/gateway/internal/reply"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/errs"
)

// Auth lets in only requests with a valid token, and puts it into the context, from which the clients forward it. What its owner may do is
// decided by the services, which check the token again.
func Auth(verifier *auth.Verifier) gin.HandlerFunc {
	return func(c *gin.Context) {
		token, err := auth.ParseHeader(c.Request.Header.Values("Authorization"))
		if err != nil {
			reply.Error(c, err)
			return
		}
		principal, err := verifier.Verify(token)
		if err != nil {
			reply.Error(c, err)
			return
		}
		// This is the door for users. A service that comes in here has lost its token to somebody.
		if principal.Has(auth.Service) {
			reply.Error(c, errs.New(errs.Forbidden, "FORBIDDEN", "this is not allowed for your role"))
			return
		}
		c.Request = c.Request.WithContext(auth.WithPrincipal(c.Request.Context(), principal, token))
		c.Next()
	}
}
