package errs

import "google.golang.org/grpc/codes"

func codeOfStatus(c codes.Code) Code {
	switch c {
	case codes.NotFound:
		return NotFound
	case codes.InvalidArgument, codes.OutOfRange:
		return InvalidInput
	case codes.FailedPrecondition:
		return Precondition
	case codes.Unauthenticated:
		return Unauthorized
	case codes.PermissionDenied:
		return Forbidden
	case codes.AlreadyExists:
		return AlreadyExists
	case codes.ResourceExhausted:
		return RateLimited
	case codes.Aborted, codes.Unavailable, codes.DeadlineExceeded, codes.Canceled:
		return Aborted
	default:
		return Internal
	}
}

func reasonOfStatus(c codes.Code) string {
	switch c {
	case codes.Unavailable:
		return "UNAVAILABLE"
	case codes.DeadlineExceeded:
		return "DEADLINE_EXCEEDED"
	case codes.Canceled:
		return "CANCELLED"
	default:
		return codeOfStatus(c).String()
	}
}

// messageOfStatus is what a client is told when the other service sent no message of its own.
func messageOfStatus(c codes.Code) string {
	switch c {
	case codes.Unavailable:
		return "a service cannot be reached, please repeat"
	case codes.DeadlineExceeded:
		return "there was no answer in time; it may have happened all the same, please repeat"
	case codes.Canceled:
		return "the request was given up"
	default:
		return messages[codeOfStatus(c)]
	}
}

var messages = map[Code]string{
	NotFound:      "there is no such thing",
	InvalidInput:  "the request is not valid",
	Precondition:  "the state of things does not allow it",
	Unauthorized:  "a valid bearer token is required",
	Forbidden:     "this is not allowed",
	Conflict:      "this conflicts with an earlier request",
	RateLimited:   "too many requests, try again later",
	AlreadyExists: "this exists already",
	Aborted:       "interrupted, please repeat",
	Internal:      "internal error",
}
