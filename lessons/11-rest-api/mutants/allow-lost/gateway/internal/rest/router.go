package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
)

// noMethod answers when the address exists but does not allow the method. Gin has set the header Allow.
func noMethod(c *gin.Context) {
	allowed := c.Writer.Header().Get("Allow")
	c.Writer.Header().Del("Allow")
	reply.Refuse(c, http.StatusMethodNotAllowed, errs.New(errs.NotFound, "METHOD_NOT_ALLOWED",
		"method not allowed; allowed: %s", allowed))
}
