package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
)

// health reports that the gateway itself works. It does not call the services behind it: restarting the gateway does not help when order is
// down.
func health(c *gin.Context) {
	reply.Data(c, http.StatusOK, gin.H{"status": "ok"})
}
