package reply

import "shop/platform/errs"

//stagecraft:add
var statuses = map[errs.Code]int{
	errs.NotFound: 404, errs.InvalidInput: 400, errs.Precondition: 409, errs.Conflict: 409, errs.AlreadyExists: 409, errs.Aborted: 409,
	errs.Unauthorized: 401, errs.Forbidden: 403, errs.RateLimited: 429, errs.Canceled: 499, errs.Unavailable: 503, errs.DeadlineExceeded: 504,
}

func statusOf(code errs.Code) int {
	if status, ok := statuses[code]; ok {
		return status
	}
	return 500
}
