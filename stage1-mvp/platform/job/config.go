package job

import (
	"errors"
	"time"
)

// Config is what the environment says about all jobs.
type Config struct {
	// LockTTL is how long the lock of a window outlives a process that died; one that lives extends it.
	LockTTL time.Duration `env:"JOB_LOCK_TTL" default:"30s"`
	// Timeout bounds one execution.
	Timeout time.Duration `env:"JOB_TIMEOUT" default:"10m"`
	// RetryInterval is between two tries at a scheduled window, RetryLimit how many follow the first.
	RetryInterval time.Duration `env:"JOB_RETRY_INTERVAL" default:"5m"`
	RetryLimit    int           `env:"JOB_RETRY_LIMIT" default:"12"`
}

// Validate refuses times in which nothing can be done.
func (c *Config) Validate() error {
	var faults []error
	if c.LockTTL < time.Second {
		faults = append(faults, errors.New("JOB_LOCK_TTL must be at least 1s"))
	}
	if c.Timeout <= 0 || c.RetryInterval <= 0 {
		faults = append(faults, errors.New("JOB_TIMEOUT and JOB_RETRY_INTERVAL must be positive"))
	}
	if c.RetryLimit < 0 {
		faults = append(faults, errors.New("JOB_RETRY_LIMIT must not be negative"))
	}
	return errors.Join(faults...)
}
