package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

func noRoute(c *gin.Context) {
	c.AbortWithStatusJSON(http.StatusNotFound, gin.H{"error": "no such route"})
}
