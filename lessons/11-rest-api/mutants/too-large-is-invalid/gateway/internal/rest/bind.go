package rest

import (
	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"

	"shop/gateway/internal/reply"
)

// bindBody reads exactly one JSON value into T and applies its binding rules. If ok is false, it has already answered with an error.
func bindBody[T any](c *gin.Context) (body T, ok bool) {
	if err := decode(c.Request.Body, &body); err != nil {
		reply.Error(c, err)
		return body, false
	}
	if err := binding.Validator.ValidateStruct(&body); err != nil {
		reply.Error(c, invalidFields(err))
		return body, false
	}
	return body, true
}
