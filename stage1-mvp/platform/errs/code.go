package errs

import "net/http"

// Code says what kind of thing went wrong. The numbers are part of the public API.
type Code int

const (
	NotFound      Code = 1001
	InvalidInput  Code = 1002
	Precondition  Code = 1003
	Unauthorized  Code = 1004
	Forbidden     Code = 1005
	Conflict      Code = 1006
	RateLimited   Code = 1007
	AlreadyExists Code = 1008
	Aborted       Code = 1009
	Internal      Code = 5000
)

var names = map[Code]string{
	NotFound:      "NOT_FOUND",
	InvalidInput:  "INVALID_INPUT",
	Precondition:  "PRECONDITION_FAILED",
	Unauthorized:  "UNAUTHORIZED",
	Forbidden:     "FORBIDDEN",
	Conflict:      "CONFLICT",
	RateLimited:   "RATE_LIMITED",
	AlreadyExists: "ALREADY_EXISTS",
	Aborted:       "ABORTED",
	Internal:      "INTERNAL",
}

var httpStatuses = map[Code]int{
	NotFound:      http.StatusNotFound,
	InvalidInput:  http.StatusBadRequest,
	Precondition:  http.StatusConflict,
	Unauthorized:  http.StatusUnauthorized,
	Forbidden:     http.StatusForbidden,
	Conflict:      http.StatusConflict,
	RateLimited:   http.StatusTooManyRequests,
	AlreadyExists: http.StatusConflict,
	Aborted:       http.StatusConflict,
	Internal:      http.StatusInternalServerError,
}

// String returns the name of the code, INTERNAL for an unknown one.
func (c Code) String() string {
	if name, ok := names[c]; ok {
		return name
	}
	return names[Internal]
}

// HTTPStatus returns the HTTP status of the code, 500 for an unknown one.
func HTTPStatus(c Code) int {
	if status, ok := httpStatuses[c]; ok {
		return status
	}
	return http.StatusInternalServerError
}
