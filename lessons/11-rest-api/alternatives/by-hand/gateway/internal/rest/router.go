package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
)

func noRoute(c *gin.Context) {
	err := errs.New(errs.NotFound, "NO_SUCH_ROUTE", "there is nothing at %s", c.Request.URL.Path)
	reply.Refuse(c, http.StatusNotFound, err)
}

func noMethod(c *gin.Context) {
	allowed := c.Writer.Header().Get("Allow")
	reply.Refuse(c, http.StatusMethodNotAllowed, errs.New(errs.NotFound, "METHOD_NOT_ALLOWED", "use one of %s", allowed))
}
