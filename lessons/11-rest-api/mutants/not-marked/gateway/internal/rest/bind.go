package rest

import "github.com/gin-gonic/gin"

// markReplayed marks the answer as that of an earlier request with the same key.
func markReplayed(c *gin.Context, replayed bool) {
}
