package bulkhead

import (
	"errors"
	"time"
)

// Config holds the limits for one dependency. The configuration of the dependency declares a struct with the same fields and its own
// variables, and converts it.
type Config struct {
	// Concurrency is how many calls may be under way at the same time.
	Concurrency int
	// Rate is how many calls may begin in a second, Burst how many of them at once.
	Rate  float64
	Burst int
	// MaxWait is how long a call waits for its turn.
	MaxWait time.Duration
}

// Faults returns one fault for each limit that lets no call through. The names of the variables begin with prefix.
func (c Config) Faults(prefix string) (faults []error) {
	refuse := func(broken bool, text string) {
		if broken {
			faults = append(faults, errors.New(prefix+text))
		}
	}
	refuse(c.Concurrency < 1, "CONCURRENCY must be at least 1")
	refuse(c.Rate <= 0, "RATE must be positive")
	refuse(c.Burst < 1, "BURST must be at least 1")
	refuse(c.MaxWait <= 0, "MAX_WAIT must be positive")
	return faults
}
