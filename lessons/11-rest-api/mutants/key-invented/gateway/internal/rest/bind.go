package rest

import (
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"shop/gateway/internal/reply"
	"shop/platform/idempotency"
)

// idempotencyKey returns the header with which a client can repeat a request without repeating its effect.
func idempotencyKey(c *gin.Context) (key string, ok bool) {
	key = c.GetHeader(idempotencyHeader)
	if key == "" {
		return uuid.NewString(), true
	}
	if len(c.Request.Header.Values(idempotencyHeader)) > 1 || idempotency.CheckKey(key) != nil {
		reply.Error(c, reply.Invalid(reply.Field{
			Field: idempotencyHeader, Message: "is required once, with 1 to 128 printable ASCII characters",
		}))
		return "", false
	}
	return key, true
}
