package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"stagecraft/stage1-mvp/gateway/internal/reply"
)

// health says that the gateway itself works. It does not ask the services behind it: restarting the gateway because order is down would
// help no one.
func health(c *gin.Context) {
	reply.Data(c, http.StatusOK, gin.H{"status": "ok"})
}
