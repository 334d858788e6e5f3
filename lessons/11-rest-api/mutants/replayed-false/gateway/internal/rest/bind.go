package rest

import (
	"strconv"

	"github.com/gin-gonic/gin"
)

// markReplayed marks the answer as that of an earlier request with the same key.
func markReplayed(c *gin.Context, replayed bool) {
	c.Header(replayedHeader, strconv.FormatBool(replayed))
}
