package rest

import "github.com/gin-gonic/gin"

// optionalKey is idempotencyKey for requests that are safe to repeat without a key; it may be empty.
func optionalKey(c *gin.Context) (key string, ok bool) {
	return idempotencyKey(c)
}
