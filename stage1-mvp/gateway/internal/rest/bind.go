package rest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"

	"stagecraft/stage1-mvp/gateway/internal/reply"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/idempotency"
)

const (
	idempotencyHeader = "Idempotency-Key"
	replayedHeader    = "Idempotency-Replayed"
)

// bindBody reads exactly one JSON value into T and applies its binding rules. When it has answered with what is wrong, ok is false.
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

// bindQuery is bindBody for the query string.
func bindQuery[T any](c *gin.Context) (query T, ok bool) {
	for name, values := range c.Request.URL.Query() {
		if !isText(c, name, values...) {
			return query, false
		}
	}
	if err := c.ShouldBindQuery(&query); err != nil {
		reply.Error(c, invalidFields(err))
		return query, false
	}
	return query, true
}

// bindURI is bindBody for the parameters in the path.
func bindURI[T any](c *gin.Context) (uri T, ok bool) {
	for _, param := range c.Params {
		if !isText(c, param.Key, param.Value) {
			return uri, false
		}
	}
	if err := c.ShouldBindUri(&uri); err != nil {
		reply.Error(c, invalidFields(err))
		return uri, false
	}
	return uri, true
}

// isText refuses what no message to a service could carry: an address can escape any bytes, and protobuf wants UTF-8.
func isText(c *gin.Context, name string, values ...string) bool {
	for _, value := range values {
		if !utf8.ValidString(value) {
			reply.Error(c, reply.Invalid(reply.Field{Field: strings.ToValidUTF8(name, "?"), Message: "must be UTF-8"}))
			return false
		}
	}
	return true
}

// idempotencyKey returns the header that lets a client repeat a request without repeating its effect.
func idempotencyKey(c *gin.Context) (key string, ok bool) {
	key = c.GetHeader(idempotencyHeader)
	if idempotency.CheckKey(key) != nil {
		reply.Error(c, reply.Invalid(reply.Field{
			Field: idempotencyHeader, Message: "is required, with 1 to 128 printable ASCII characters",
		}))
		return "", false
	}
	return key, true
}

// optionalKey is idempotencyKey for a request that is safe to repeat without one; then it is empty.
func optionalKey(c *gin.Context) (key string, ok bool) {
	if c.GetHeader(idempotencyHeader) == "" {
		return "", true
	}
	return idempotencyKey(c)
}

// markReplayed tells a client that this is the answer of an earlier request with the same key.
func markReplayed(c *gin.Context, replayed bool) {
	if replayed {
		c.Header(replayedHeader, "true")
	}
}

func decode(body io.Reader, into any) error {
	raw, err := io.ReadAll(body)
	if err == nil {
		err = json.Unmarshal(raw, into) // a stream decoder would not notice what follows the first value
	}
	var tooLarge *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return errs.Wrap(err, errs.InvalidInput, "BODY_TOO_LARGE", "the body is larger than %d bytes", tooLarge.Limit)
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return reply.Invalid(reply.Field{Field: wrongType.Field, Message: "must be " + jsonKind(wrongType)})
	default:
		return errs.Wrap(err, errs.InvalidInput, "INVALID_JSON", "the body is not one JSON object")
	}
}

// jsonKind says in the words of JSON what Go wanted.
func jsonKind(err *json.UnmarshalTypeError) string {
	kind := err.Type.Kind().String()
	switch {
	case strings.HasPrefix(kind, "int"):
		return "a whole number in range"
	case kind == "slice":
		return "a list"
	case kind == "struct":
		return "an object"
	default:
		return "a " + kind
	}
}
