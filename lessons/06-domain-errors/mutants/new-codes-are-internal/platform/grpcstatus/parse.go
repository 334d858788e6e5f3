package grpcstatus

import (
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"

	"shop/platform/errs"
)

func codeOfInfo(info *errdetails.ErrorInfo, c codes.Code) errs.Code {
	if n, err := strconv.Atoi(info.GetMetadata()["code"]); err == nil && errs.Code(n).Known() {
		return errs.Code(n)
	}
	return errs.Internal
}
