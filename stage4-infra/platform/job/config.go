package job

import (
	"errors"
	"time"

	"shop/platform/config"
)

// Config holds the settings of all jobs.
type Config struct {
	// Timeout bounds one execution.
	Timeout time.Duration `env:"JOB_TIMEOUT" default:"10m"`
	// LockTTL is how long the lock of a window outlives a process that died. A living one extends it.
	LockTTL time.Duration `env:"JOB_LOCK_TTL" default:"30s"`
	// FinishTimeout bounds each of recording the end of an execution and releasing its lock.
	FinishTimeout time.Duration `env:"JOB_FINISH_TIMEOUT" default:"5s"`
	// RetryInterval is the time between two attempts at a scheduled window, RetryLimit the number of attempts after the first.
	RetryInterval time.Duration `env:"JOB_RETRY_INTERVAL" default:"5m"`
	RetryLimit    int           `env:"JOB_RETRY_LIMIT" default:"12"`
}

// Validate rejects durations in which nothing can be done.
func (c *Config) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"JOB_TIMEOUT": c.Timeout, "JOB_LOCK_TTL": c.LockTTL, "JOB_FINISH_TIMEOUT": c.FinishTimeout, "JOB_RETRY_INTERVAL": c.RetryInterval,
	})
	if c.RetryLimit < 0 {
		faults = append(faults, errors.New("JOB_RETRY_LIMIT must not be negative"))
	}
	return errors.Join(faults...)
}
