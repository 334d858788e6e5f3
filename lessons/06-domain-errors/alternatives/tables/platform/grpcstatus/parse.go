package grpcstatus

import (
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
)

//stagecraft:add
var shopCodes = [...]errs.Code{
	codes.Canceled: errs.Canceled, codes.InvalidArgument: errs.InvalidInput, codes.OutOfRange: errs.InvalidInput, codes.DeadlineExceeded: errs.DeadlineExceeded,
	codes.NotFound: errs.NotFound, codes.AlreadyExists: errs.AlreadyExists, codes.PermissionDenied: errs.Forbidden, codes.ResourceExhausted: errs.RateLimited,
	codes.FailedPrecondition: errs.Precondition, codes.Aborted: errs.Aborted, codes.Unavailable: errs.Unavailable, codes.Unauthenticated: errs.Unauthorized,
}

func codeOf(c codes.Code) errs.Code {
	if int(c) < len(shopCodes) && shopCodes[c] != 0 {
		return shopCodes[c]
	}
	return errs.Internal
}

func Parse(err error) error {
	st, ok := status.FromError(err)
	if err == nil || !ok {
		return err
	}
	code := codeOf(st.Code())
	parsed := errs.Wrap(err, code, code.String(), "%s", code.Message())
	for _, detail := range st.Details() {
		info, ok := detail.(*errdetails.ErrorInfo)
		if !ok || info.Domain != detailDomain {
			continue
		}
		parsed.Remote, parsed.Reason, parsed.Message = true, info.Reason, st.Message()
		if n, err := strconv.ParseInt(info.Metadata["code"], 10, 32); err == nil && errs.Code(n).Known() {
			parsed.Code = errs.Code(n)
		}
	}
	return parsed
}

//stagecraft:drop
func shopInfo(st *status.Status) (*errdetails.ErrorInfo, bool) { return nil, false }

//stagecraft:drop
func codeOfInfo(info *errdetails.ErrorInfo, c codes.Code) errs.Code { return 0 }
