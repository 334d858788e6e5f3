package middleware

import (
	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	"shop/platform/auth"
	"shop/platform/errs"
)

// Auth rejects requests without a valid token, and puts the token into the context, from which the clients forward it. The services verify
// it again and decide what its owner may do.
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
		// Services call each other directly. A service token that arrives here has been stolen.
		if principal.Has(auth.Service) {
			reply.Error(c, errs.New(errs.Forbidden, "FORBIDDEN", "not allowed for your role"))
			return
		}
		c.Request = c.Request.WithContext(auth.WithPrincipal(c.Request.Context(), principal, token))
		c.Next()
	}
}
