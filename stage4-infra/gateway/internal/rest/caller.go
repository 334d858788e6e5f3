package rest

import (
	"github.com/gin-gonic/gin"

	"shop/platform/auth"
)

// caller returns the id of the authenticated user.
func caller(c *gin.Context) string {
	principal, _ := auth.FromContext(c.Request.Context())
	return principal.Subject
}
