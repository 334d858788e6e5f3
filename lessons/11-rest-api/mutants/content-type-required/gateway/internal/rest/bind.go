package rest

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
)

// bindBody reads exactly one JSON value into T and applies its binding rules. If ok is false, it has already answered with an error.
func bindBody[T any](c *gin.Context) (body T, ok bool) {
	if c.ContentType() != "" && c.ContentType() != "application/json" {
		reply.Refuse(c, http.StatusUnsupportedMediaType, errs.New(errs.InvalidInput, "UNSUPPORTED_MEDIA_TYPE", "the body must be JSON"))
		return body, false
	}
	if err := decode(c.Request.Body, &body); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			reply.Refuse(c, http.StatusRequestEntityTooLarge, err)
		} else {
			reply.Error(c, err)
		}
		return body, false
	}
	if err := binding.Validator.ValidateStruct(&body); err != nil {
		reply.Error(c, invalidFields(err))
		return body, false
	}
	return body, true
}
