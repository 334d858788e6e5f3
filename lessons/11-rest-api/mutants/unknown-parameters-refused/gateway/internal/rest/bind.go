package rest

import (
	"net/url"
	"reflect"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
)

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
		known := false
		for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
			known = known || wireName(field, "form") == name
		}
		if !known {
			reply.Error(c, reply.Invalid(reply.Field{Field: name, Message: "is not known"}))
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
