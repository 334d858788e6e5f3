package rest

import (
	"errors"
	"net/url"
	"reflect"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
)

func bindBody[T any](c *gin.Context) (T, bool) {
	body := new(T)
	if fault := readBody(c.Request.Body, body); fault != nil {
		var fields []reply.Field
		if fault.reason == "INVALID_FIELDS" {
			fields = []reply.Field{{Field: fault.field, Message: fault.message}}
		}
		cause := errors.Join(fault.cause, &reply.InvalidFields{Fields: fields})
		reply.Refuse(c, fault.status, errs.Wrap(cause, errs.InvalidInput, fault.reason, "%s", fault.message))
		return *body, false
	}
	return checked(c, body)
}

// checked applies the rules of the type.
//
//stagecraft:add
func checked[T any](c *gin.Context, value *T) (T, bool) {
	err := binding.Validator.ValidateStruct(value)
	if err != nil {
		reply.Error(c, invalidFields(err))
	}
	return *value, err == nil
}

func bindQuery[T any](c *gin.Context) (T, bool) {
	query := new(T)
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		reply.Error(c, errs.Wrap(err, errs.InvalidInput, "INVALID_QUERY", "the query has a part that cannot be read"))
		return *query, false
	}
	var faults []reply.Field
	for name, all := range values {
		if !isText(c, name, name) || !isText(c, name, all...) {
			return *query, false
		}
		if len(all) > 1 {
			faults = append(faults, reply.Field{Field: name, Message: "is repeated"})
		}
	}
	if err := binding.MapFormWithTag(query, values, "form"); err != nil || faults != nil {
		reply.Error(c, reply.Invalid(append(faults, notNumbers(reflect.TypeOf(*query), values)...)...))
		return *query, false
	}
	return checked(c, query)
}

//stagecraft:add
func notNumbers(query reflect.Type, values url.Values) (faults []reply.Field) {
	for i := range query.NumField() {
		field := query.Field(i)
		if field.Type.Kind() == reflect.Struct {
			faults = append(faults, notNumbers(field.Type, values)...)
			continue
		}
		name := wireName(field, "form")
		if text := values.Get(name); text != "" && field.Type.Kind() != reflect.String && len(values[name]) == 1 {
			if _, err := strconv.ParseInt(text, 10, field.Type.Bits()); err != nil {
				faults = append(faults, reply.Field{Field: name, Message: "is not a number that fits"})
			}
		}
	}
	return faults
}
