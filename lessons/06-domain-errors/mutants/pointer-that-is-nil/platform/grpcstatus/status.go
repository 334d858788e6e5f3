package grpcstatus

import (
	"google.golang.org/grpc/status"
)

// Error returns err as an error that gRPC sends as its status. It still has the whole chain for the log line.
func Error(err error) error {
	var sent *statusError
	if err != nil {
		sent = &statusError{status: Of(err), chain: err}
	}
	return sent
}
