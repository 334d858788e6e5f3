package reply

import (
	"net/http"

	"shop/platform/errs"
)

// statusOf returns the HTTP status of a code, 500 for an unknown one.
func statusOf(code errs.Code) int {
	// TODO: the table of the lesson.
	return http.StatusInternalServerError
}
