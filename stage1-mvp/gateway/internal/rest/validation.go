package rest

import (
	"errors"
	"reflect"
	"strings"
	"sync"

	"github.com/gin-gonic/gin/binding"
	"github.com/go-playground/validator/v10"

	"stagecraft/stage1-mvp/gateway/internal/reply"
	"stagecraft/stage1-mvp/platform/errs"
)

// useWireNames makes Gin's validator use the names that clients see instead of Go's. There is one validator for the whole process.
var useWireNames = sync.OnceFunc(func() {
	engine, ok := binding.Validator.Engine().(*validator.Validate)
	if !ok {
		return
	}
	engine.RegisterTagNameFunc(func(field reflect.StructField) string {
		for _, tag := range []string{"json", "form", "uri"} {
			if name, _, _ := strings.Cut(field.Tag.Get(tag), ","); name != "" {
				return name
			}
		}
		return field.Name
	})
})

// invalidFields returns an InvalidInput that a form can show beside its fields.
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

// wirePath drops the name of the struct: items[0].quantity.
func wirePath(fault validator.FieldError) string {
	_, path, found := strings.Cut(fault.Namespace(), ".")
	if !found {
		return fault.Field()
	}
	return path
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
		return "must be in capitals"
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
