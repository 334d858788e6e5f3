package grpcstatus

import (
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
)

// Parse turns the answer of another service into a DomainError, and is the reverse of Error.
func Parse(err error) error {
	// TODO: the detail of the shop, or the code of gRPC.
	return err
}

//stagecraft:drop
func shopInfo(st *status.Status) (*errdetails.ErrorInfo, bool) { return nil, false }

//stagecraft:drop
func codeOfInfo(info *errdetails.ErrorInfo, c codes.Code) errs.Code { return 0 }

//stagecraft:drop
func codeOf(c codes.Code) errs.Code { return 0 }
