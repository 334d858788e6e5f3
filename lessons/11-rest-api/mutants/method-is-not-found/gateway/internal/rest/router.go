package rest

import "github.com/gin-gonic/gin"

// noMethod answers when the address exists but does not allow the method. Gin has set the header Allow.
func noMethod(c *gin.Context) {
	noRoute(c)
}
