package redislock

import (
	"errors"

	"github.com/go-redsync/redsync/v4"
)

// isTaken reports whether Redis says that the lock is not ours. After any other error it has not said anything.
func isTaken(err error) bool {
	return errors.Is(err, redsync.ErrFailed)
}
