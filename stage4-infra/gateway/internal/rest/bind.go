package rest

import (
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
	"shop/platform/idempotency"
)

const (
	idempotencyHeader = "Idempotency-Key"
	replayedHeader    = "Idempotency-Replayed"
)

// bindBody reads exactly one JSON value into T and applies its binding rules. If ok is false, it has already answered with an error.
func bindBody[T any](c *gin.Context) (body T, ok bool) {
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

// bindQuery is bindBody for the query string.
func bindQuery[T any](c *gin.Context) (query T, ok bool) {
	// URL.Query would drop what it cannot parse, and a dropped filter lists everything.
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		reply.Error(c, errs.Wrap(err, errs.InvalidInput, "INVALID_QUERY", "the query string is not valid"))
		return query, false
	}
	for name, given := range values {
		if !isText(c, name, append(given, name)...) {
			return query, false
		}
		if len(given) > 1 {
			reply.Error(c, reply.Invalid(reply.Field{Field: name, Message: "must be given once"}))
			return query, false
		}
	}
	if err := c.ShouldBindQuery(&query); err != nil {
		reply.Error(c, invalidQuery(reflect.TypeFor[T](), values, err))
		return query, false
	}
	return query, true
}

// bindURI is bindBody for the parameters in the path.
func bindURI[T any](c *gin.Context) (uri T, ok bool) {
	for i, param := range c.Params {
		value, err := url.PathUnescape(param.Value)
		if err != nil {
			reply.Error(c, errs.Wrap(err, errs.InvalidInput, "INVALID_PATH", "the path is not valid"))
			return uri, false
		}
		if !isText(c, param.Key, value) {
			return uri, false
		}
		c.Params[i].Value = value
	}
	if err := c.ShouldBindUri(&uri); err != nil {
		reply.Error(c, invalidFields(err))
		return uri, false
	}
	return uri, true
}

// isText rejects values that no message to a service could hold: a URL can escape any bytes, and protobuf requires UTF-8.
func isText(c *gin.Context, name string, values ...string) bool {
	for _, value := range values {
		if !utf8.ValidString(value) {
			reply.Error(c, reply.Invalid(reply.Field{Field: strings.ToValidUTF8(name, "?"), Message: "must be UTF-8"}))
			return false
		}
	}
	return true
}

// idempotencyKey returns the header with which a client can repeat a request without repeating its effect.
func idempotencyKey(c *gin.Context) (key string, ok bool) {
	key = c.GetHeader(idempotencyHeader)
	if len(c.Request.Header.Values(idempotencyHeader)) > 1 || idempotency.CheckKey(key) != nil {
		reply.Error(c, reply.Invalid(reply.Field{
			Field: idempotencyHeader, Message: "is required once, with 1 to 128 printable ASCII characters",
		}))
		return "", false
	}
	return key, true
}

// optionalKey is idempotencyKey for requests that are safe to repeat without a key; it may be empty.
func optionalKey(c *gin.Context) (key string, ok bool) {
	if c.GetHeader(idempotencyHeader) == "" {
		return "", true
	}
	return idempotencyKey(c)
}

// markReplayed marks the answer as that of an earlier request with the same key.
func markReplayed(c *gin.Context, replayed bool) {
	if replayed {
		c.Header(replayedHeader, "true")
	}
}
