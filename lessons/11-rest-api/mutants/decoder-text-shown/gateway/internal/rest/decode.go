package rest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
)

// decode reads one JSON object into a struct, or returns an InvalidInput with the fault.
func decode(body io.Reader, into any) error {
	raw, err := io.ReadAll(body)
	if err == nil {
		err = unmarshal(raw, into)
	}
	var tooLarge *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	var strange *strangeKeyError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return errs.Wrap(err, errs.InvalidInput, "BODY_TOO_LARGE", "the body is larger than %d bytes", tooLarge.Limit)
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return reply.Invalid(reply.Field{Field: wrongType.Field, Message: "must be " + jsonKind(wrongType)})
	case errors.As(err, &strange):
		return reply.Invalid(reply.Field{Field: strange.key, Message: strange.fault})
	default:
		return errs.Wrap(err, errs.InvalidInput, "INVALID_JSON", "the body is not one JSON object: %s", err)
	}
}
