package rest

import (
	"errors"
	"strings"

	"github.com/go-playground/validator/v10"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
)

func invalidFields(err error) error {
	var faults validator.ValidationErrors
	if !errors.As(err, &faults) {
		return errs.Wrap(err, errs.InvalidInput, "INVALID_INPUT", "the request is not valid")
	}
	invalid := &reply.InvalidFields{}
	for _, fault := range faults {
		var path []string
		for i, part := range strings.Split(fault.Namespace(), ".") {
			if i > 0 && part != embedded {
				path = append(path, part)
			}
		}
		invalid.Fields = append(invalid.Fields, reply.Field{Field: strings.Join(path, "."), Message: message(fault)})
	}
	return errs.Wrap(invalid, errs.InvalidInput, "INVALID_FIELDS", "some fields are not valid")
}

//stagecraft:drop
func wirePath() {}

//stagecraft:drop
func invalidQuery() {}
