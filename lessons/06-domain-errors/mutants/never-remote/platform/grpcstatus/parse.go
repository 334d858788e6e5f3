package grpcstatus

import (
	"google.golang.org/grpc/status"

	"shop/platform/errs"
)

// Parse turns the answer of another service into a DomainError, and is the reverse of Error. It passes on only messages that carry the
// detail of the shop's services: those of the transport name addresses and ports, which belong in the log. The status error stays in the
// chain, for the log and for status.Code.
func Parse(err error) error {
	st, ok := status.FromError(err)
	if err == nil || !ok {
		return err
	}
	if info, ok := shopInfo(st); ok {
		code := codeOfInfo(info, st.Code())
		return &errs.DomainError{Code: code, Reason: info.GetReason(), Message: st.Message(), Cause: err}
	}
	code := codeOf(st.Code())
	return &errs.DomainError{Code: code, Reason: code.String(), Message: code.Message(), Cause: err}
}
