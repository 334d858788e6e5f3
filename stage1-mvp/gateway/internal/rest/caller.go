package rest

import (
	"github.com/gin-gonic/gin"

	"stagecraft/stage1-mvp/platform/auth"
)

// caller is the user who asks, as his token says.
func caller(c *gin.Context) string {
	principal, _ := auth.FromContext(c.Request.Context())
	return principal.Subject
}
