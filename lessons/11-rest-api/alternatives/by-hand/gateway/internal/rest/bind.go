package rest

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
	"shop/platform/idempotency"
)

// ruled is a body that has its rules in code.
//
//stagecraft:add
type ruled interface{ faults() []reply.Field }

// bindBody reads a body by its type.
func bindBody[T any](c *gin.Context) (body T, ok bool) {
	raw, err := io.ReadAll(c.Request.Body)
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		reply.Refuse(c, http.StatusRequestEntityTooLarge, errs.Wrap(err, errs.InvalidInput, "BODY_TOO_LARGE", "more than %d bytes", over.Limit))
		return body, false
	}
	if err != nil {
		reply.Error(c, notOneObject(err))
		return body, false
	}
	if err := readTree(raw, &body); err != nil {
		reply.Error(c, err)
		return body, false
	}
	if r, has := any(&body).(ruled); has {
		if faults := r.faults(); len(faults) > 0 {
			reply.Error(c, reply.Invalid(faults...))
			return body, false
		}
	}
	if err := binding.Validator.ValidateStruct(&body); err != nil {
		reply.Error(c, invalidFields(err))
		return body, false
	}
	return body, true
}

// bindQuery reads a query by its type.
func bindQuery[T any](c *gin.Context) (query T, ok bool) {
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		reply.Error(c, errs.Wrap(err, errs.InvalidInput, "INVALID_QUERY", "the query cannot be read"))
		return query, false
	}
	numbers := map[string]int{}
	numbersOf(reflect.TypeFor[T](), numbers)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all := values[name]
		switch {
		case !isText(c, name, append(slices.Clone(all), name)...):
			return query, false
		case len(all) != 1:
			reply.Error(c, reply.Invalid(reply.Field{Field: name, Message: "is there more than once"}))
			return query, false
		case numbers[name] != 0 && all[0] != "":
			if _, err := strconv.ParseInt(all[0], 10, numbers[name]); err != nil {
				reply.Error(c, reply.Invalid(reply.Field{Field: name, Message: "is no whole number of this size"}))
				return query, false
			}
		}
	}
	if err := c.ShouldBindQuery(&query); err != nil {
		reply.Error(c, invalidFields(err))
		return query, false
	}
	return query, true
}

// numbersOf adds the bits of each number that a query of this type has.
//
//stagecraft:add
func numbersOf(t reflect.Type, into map[string]int) {
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Anonymous {
			numbersOf(field.Type, into)
		} else if field.Type.Kind() == reflect.Int32 || field.Type.Kind() == reflect.Int64 {
			into[wireName(field, "form")] = field.Type.Bits()
		}
	}
}

func idempotencyKey(c *gin.Context) (key string, ok bool) {
	all := c.Request.Header.Values(idempotencyHeader)
	if len(all) == 1 && idempotency.CheckKey(all[0]) == nil {
		return all[0], true
	}
	reply.Error(c, reply.Invalid(reply.Field{Field: idempotencyHeader, Message: "one key of 1 to 128 printable characters is needed"}))
	return "", false
}

func optionalKey(c *gin.Context) (key string, ok bool) {
	if _, there := c.Request.Header[idempotencyHeader]; !there {
		return "", true
	}
	return idempotencyKey(c)
}

func markReplayed(c *gin.Context, replayed bool) {
	if !replayed {
		return
	}
	c.Writer.Header().Set(replayedHeader, strconv.FormatBool(true))
}
