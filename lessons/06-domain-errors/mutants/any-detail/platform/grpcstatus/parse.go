package grpcstatus

import (
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
)

// shopInfo returns the detail that Of adds. Only the shop's own services send it.
func shopInfo(st *status.Status) (*errdetails.ErrorInfo, bool) {
	for _, detail := range st.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info, true
		}
	}
	return nil, false
}
