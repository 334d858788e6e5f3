package rest

import (
	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
)

// bindBody reads exactly one JSON value into T and applies its binding rules. If ok is false, it has already answered with an error.
func bindBody[T any](c *gin.Context) (body T, ok bool) {
	// TODO: what does Go's decoder accept that it should not?
	if err := c.ShouldBindJSON(&body); err != nil {
		reply.Error(c, invalidFields(err))
		return body, false
	}
	return body, true
}

// bindQuery is bindBody for the query string.
func bindQuery[T any](c *gin.Context) (query T, ok bool) {
	// TODO: what becomes of a part of the query that cannot be read?
	if err := c.ShouldBindQuery(&query); err != nil {
		reply.Error(c, invalidFields(err))
		return query, false
	}
	return query, true
}

// idempotencyKey returns the header with which a client can repeat a request without repeating its effect.
func idempotencyKey(c *gin.Context) (key string, ok bool) {
	// TODO: what if there is no key, a wrong one, or two?
	return c.GetHeader(idempotencyHeader), true
}

// optionalKey is idempotencyKey for requests that are safe to repeat without a key; it may be empty.
func optionalKey(c *gin.Context) (key string, ok bool) {
	return idempotencyKey(c)
}

// markReplayed marks the answer as that of an earlier request with the same key.
func markReplayed(c *gin.Context, replayed bool) {
	// TODO: the header replayedHeader.
}
