package usecase

import (
	"context"
	"errors"
	"time"
)

// WrittenConfig is the part of the environment that is about reading one's own writes.
type WrittenConfig struct {
	// TTL is how long after a write a buyer's list is made from the orders themselves. The read model should not be further behind.
	TTL time.Duration `env:"READ_YOUR_WRITES_TTL" default:"3s"`
	// Timeout bounds asking for the flag. A list without an answer does not need the read model.
	Timeout time.Duration `env:"READ_YOUR_WRITES_TIMEOUT" default:"100ms"`
}

// Validate refuses durations of zero.
func (c *WrittenConfig) Validate() error {
	if c.TTL <= 0 || c.Timeout <= 0 {
		return errors.New("READ_YOUR_WRITES_TTL and READ_YOUR_WRITES_TIMEOUT must be positive")
	}
	return nil
}

// Written remembers for a short time which buyers' orders were changed by a request.
type Written interface {
	Mark(ctx context.Context, buyerID string)
	// Recently is also true when it cannot be known.
	Recently(ctx context.Context, buyerID string) bool
}
