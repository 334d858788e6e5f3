package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

func noRoute(c *gin.Context) {
	// TODO: which form have the other errors?
	c.String(http.StatusNotFound, "404 page not found")
}

// noMethod answers when the address exists but does not allow the method. Gin has set the header Allow.
func noMethod(c *gin.Context) {
	// TODO: which form have the other errors?
	c.String(http.StatusMethodNotAllowed, "405 method not allowed")
}
