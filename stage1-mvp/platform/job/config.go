package job

import (
	"errors"
	"time"

	"stagecraft/stage1-mvp/platform/config"
)

// Config is what the environment says about all jobs.
type Config struct {
	// LockTTL is how long the lock of a window outlives a process that died; a living process extends it.
	LockTTL time.Duration `env:"JOB_LOCK_TTL" default:"30s"`
	// Timeout bounds one execution.
	Timeout time.Duration `env:"JOB_TIMEOUT" default:"10m"`
	// RetryInterval is the time between two tries at a scheduled window, RetryLimit the number of tries after the first.
	RetryInterval time.Duration `env:"JOB_RETRY_INTERVAL" default:"5m"`
	RetryLimit    int           `env:"JOB_RETRY_LIMIT" default:"12"`
}

// Validate refuses durations in which nothing can be done.
func (c *Config) Validate() error {
	var faults []error
	if c.LockTTL < time.Second {
		faults = append(faults, errors.New("JOB_LOCK_TTL must be at least 1s"))
	}
	faults = append(faults, config.Positive(map[string]time.Duration{"JOB_TIMEOUT": c.Timeout, "JOB_RETRY_INTERVAL": c.RetryInterval})...)
	if c.RetryLimit < 0 {
		faults = append(faults, errors.New("JOB_RETRY_LIMIT must not be negative"))
	}
	return errors.Join(faults...)
}
