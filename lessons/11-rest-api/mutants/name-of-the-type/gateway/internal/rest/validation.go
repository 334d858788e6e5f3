package rest

import (
	"strings"

	"github.com/go-playground/validator/v10"
)

// wirePath drops the names of the structs: items[0].quantity.
func wirePath(fault validator.FieldError) string {
	return strings.ReplaceAll(fault.Namespace(), embedded+".", "")
}
