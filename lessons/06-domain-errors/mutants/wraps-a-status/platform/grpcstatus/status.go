package grpcstatus

import (
	"fmt"

	"google.golang.org/grpc/status"
)

// Error returns err as an error that gRPC sends as its status. It still has the whole chain for the log line.
func Error(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w (%w)", Of(err).Err(), err)
}
