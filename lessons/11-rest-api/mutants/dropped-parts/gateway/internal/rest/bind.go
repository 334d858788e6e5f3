package rest

import (
	"reflect"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
)

// bindQuery is bindBody for the query string.
func bindQuery[T any](c *gin.Context) (query T, ok bool) {
	// URL.Query would drop what it cannot parse, and a dropped filter lists everything.
	values := c.Request.URL.Query()
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
