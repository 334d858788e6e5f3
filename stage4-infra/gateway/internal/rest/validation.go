package rest

import (
	"errors"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin/binding"
	"github.com/go-playground/validator/v10"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
)

// useWireNames makes Gin's validator report the names that clients use instead of Go's. There is one validator for the whole process.
var useWireNames = sync.OnceFunc(func() {
	engine, ok := binding.Validator.Engine().(*validator.Validate)
	if !ok {
		return
	}
	engine.RegisterTagNameFunc(func(field reflect.StructField) string {
		for _, tag := range []string{"json", "form", "uri"} {
			if name := wireName(field, tag); name != "" {
				return name
			}
		}
		return embedded
	})
})

// embedded stands for a struct inside another one that has no name of its own in the request.
const embedded = "*"

func wireName(field reflect.StructField, tag string) string {
	name, _, _ := strings.Cut(field.Tag.Get(tag), ",")
	return name
}

// invalidFields returns an InvalidInput that names the fields.
func invalidFields(err error) error {
	var faults validator.ValidationErrors
	if !errors.As(err, &faults) {
		return errs.Wrap(err, errs.InvalidInput, "INVALID_INPUT", "the request is not valid")
	}
	fields := make([]reply.Field, len(faults))
	for i, fault := range faults {
		fields[i] = reply.Field{Field: wirePath(fault), Message: message(fault)}
	}
	return reply.Invalid(fields...)
}

// wirePath drops the names of the structs: items[0].quantity.
func wirePath(fault validator.FieldError) string {
	_, path, found := strings.Cut(fault.Namespace(), ".")
	if !found {
		return fault.Field()
	}
	return strings.ReplaceAll(path, embedded+".", "")
}

// invalidQuery is invalidFields for a query. Gin does not report which value it could not convert, so this looks for an invalid number.
func invalidQuery(query reflect.Type, values url.Values, err error) error {
	var faults validator.ValidationErrors
	if errors.As(err, &faults) {
		return invalidFields(err)
	}
	for _, field := range reflect.VisibleFields(query) {
		name := wireName(field, "form")
		if !field.Type.ConvertibleTo(reflect.TypeFor[int64]()) || values.Get(name) == "" {
			continue
		}
		if _, err := strconv.ParseInt(values.Get(name), 10, field.Type.Bits()); err != nil {
			return reply.Invalid(reply.Field{Field: name, Message: "must be a whole number in range"})
		}
	}
	return invalidFields(err)
}

func message(fault validator.FieldError) string {
	unit := ""
	switch fault.Kind() {
	case reflect.String:
		unit = " characters"
	case reflect.Slice:
		unit = " entries"
	}
	switch fault.Tag() {
	case "required":
		return "is required"
	case "min", "gte":
		return "must be at least " + fault.Param() + unit
	case "max", "lte":
		return "must be at most " + fault.Param() + unit
	case "len":
		return "must be exactly " + fault.Param() + unit
	case "alpha":
		return "must be letters"
	case "uppercase":
		return "must be in upper case"
	case "datetime":
		return "must be a day such as 2026-11-20"
	case "uuid_rfc4122": // in either case of letters
		return "must be a UUID"
	case "oneof":
		return "must be one of " + strings.ReplaceAll(fault.Param(), " ", ", ")
	case "ne":
		return "must not be " + fault.Param()
	default:
		return "is not valid"
	}
}
