package grpcstatus

import (
	"fmt"
)

func Error(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w (%w)", Of(err).Err(), err)
}
