package reply

import (
	"net/http"

	"shop/platform/errs"
)

// statusOf returns the HTTP status of a code, 500 for an unknown one.
func statusOf(code errs.Code) int {
	switch code {
	case errs.NotFound:
		return http.StatusNotFound
	case errs.InvalidInput:
		return http.StatusBadRequest
	case errs.Conflict, errs.AlreadyExists, errs.Aborted:
		return http.StatusConflict
	case errs.Unauthorized:
		return http.StatusUnauthorized
	case errs.Forbidden:
		return http.StatusForbidden
	case errs.RateLimited:
		return http.StatusTooManyRequests
	case errs.Canceled:
		return statusClientClosedRequest
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	case errs.DeadlineExceeded:
		return http.StatusGatewayTimeout
	default:
		return http.StatusInternalServerError
	}
}
