package errs

// Code is the kind of an error. The numbers are part of the public API.
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
	// Aborted means that the outcome is not known yet: repeat the request with the same key.
	Aborted Code = 1009
	// Canceled means that the caller gave up. It appears in logs and metrics: the client has closed its connection.
	Canceled Code = 1010
	Internal Code = 5000
	// Unavailable means that a service or server which the request needs cannot be reached.
	Unavailable Code = 5001
	// DeadlineExceeded means that the time was up before the answer came. The work may have been done.
	DeadlineExceeded Code = 5002
)

var names = map[Code]string{
	NotFound:         "NOT_FOUND",
	InvalidInput:     "INVALID_INPUT",
	Precondition:     "PRECONDITION_FAILED",
	Unauthorized:     "UNAUTHORIZED",
	Forbidden:        "FORBIDDEN",
	Conflict:         "CONFLICT",
	RateLimited:      "RATE_LIMITED",
	AlreadyExists:    "ALREADY_EXISTS",
	Aborted:          "ABORTED",
	Canceled:         "CANCELED",
	Internal:         "INTERNAL",
	Unavailable:      "UNAVAILABLE",
	DeadlineExceeded: "DEADLINE_EXCEEDED",
}

var messages = map[Code]string{
	NotFound:         "not found",
	InvalidInput:     "the request is not valid",
	Precondition:     "the current state does not allow this",
	Unauthorized:     "a valid bearer token is required",
	Forbidden:        "not allowed for this caller",
	Conflict:         "conflicts with an earlier request",
	RateLimited:      "too many requests, try again later",
	AlreadyExists:    "already exists",
	Aborted:          "interrupted, repeat the request",
	Canceled:         "the request was canceled",
	Internal:         "internal error",
	Unavailable:      "a service is unavailable, try again later",
	DeadlineExceeded: "no answer in time; the request may have been processed",
}

// String returns the name of the code, INTERNAL for an unknown one.
func (c Code) String() string {
	if c.Known() {
		return names[c]
	}
	return names[Internal]
}

// Message returns the text that clients get when there is none for the particular error.
func (c Code) Message() string {
	if c.Known() {
		return messages[c]
	}
	return messages[Internal]
}

// Known reports whether c is one of the constants of this package.
func (c Code) Known() bool { return names[c] != "" }
