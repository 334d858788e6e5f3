package breaker

import (
	"errors"
	"time"
)

// Config holds the settings of one breaker. The configuration of a dependency declares a struct with the same fields and its own variables,
// and converts it.
type Config struct {
	FailureRatio     float64
	MinRequests      int
	Window           time.Duration
	OpenFor          time.Duration
	HalfOpenRequests int
}

// Faults returns one fault for each value with which the breaker could never open or never close. The names of the variables begin with prefix.
func (c Config) Faults(prefix string) (faults []error) {
	refuse := func(broken bool, text string) {
		if broken {
			faults = append(faults, errors.New(prefix+text))
		}
	}
	refuse(c.FailureRatio <= 0 || c.FailureRatio > 1, "FAILURE_RATIO must be above 0 and at most 1")
	refuse(c.MinRequests < 1, "MIN_REQUESTS must be at least 1")
	refuse(c.Window < buckets*time.Millisecond, "WINDOW must be at least 10ms")
	refuse(c.OpenFor <= 0, "OPEN_FOR must be positive")
	refuse(c.HalfOpenRequests < 1, "HALF_OPEN_REQUESTS must be at least 1")
	return faults
}
