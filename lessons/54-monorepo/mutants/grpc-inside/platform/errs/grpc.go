package errs

import "google.golang.org/grpc/codes"

// GRPC is the code of gRPC for c.
func (c Code) GRPC() codes.Code { return codes.Code(c) }
