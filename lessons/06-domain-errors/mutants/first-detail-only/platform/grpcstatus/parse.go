package grpcstatus

import (
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
)

// shopInfo returns the detail that Of adds. Only the shop's own services send it.
func shopInfo(st *status.Status) (*errdetails.ErrorInfo, bool) {
	if details := st.Details(); len(details) > 0 {
		if info, ok := details[0].(*errdetails.ErrorInfo); ok && info.GetDomain() == detailDomain {
			return info, true
		}
	}
	return nil, false
}
