package saga

import (
	"errors"
	"time"

	"shop/platform/config"
)

// Config is the part of the environment that is about sagas.
type Config struct {
	// Timeout bounds all steps of a purchase together.
	Timeout time.Duration `env:"SAGA_TIMEOUT" default:"15s"`
	// StepTimeout bounds one call to another service.
	StepTimeout time.Duration `env:"SAGA_STEP_TIMEOUT" default:"5s"`
	// CompensationTimeout bounds one attempt to undo a purchase, or to finish a cancellation or shipment. Calls are repeated within it.
	CompensationTimeout time.Duration `env:"COMPENSATION_TIMEOUT" default:"10s"`
	// RecordTimeout bounds each transaction that stores the progress of a saga.
	RecordTimeout time.Duration `env:"SAGA_RECORD_TIMEOUT" default:"5s"`
	// RetryBackoff is the pause before the first repetition of a call. It doubles with each, up to RetryBackoffMax.
	RetryBackoff    time.Duration `env:"SAGA_RETRY_BACKOFF" default:"50ms"`
	RetryBackoffMax time.Duration `env:"SAGA_RETRY_BACKOFF_MAX" default:"1s"`
}

// Validate refuses a saga whose calls would all be over before they begin, and repetitions without a pause.
func (c *Config) Validate() error {
	return errors.Join(config.Positive(map[string]time.Duration{
		"SAGA_TIMEOUT": c.Timeout, "SAGA_STEP_TIMEOUT": c.StepTimeout, "COMPENSATION_TIMEOUT": c.CompensationTimeout, "SAGA_RECORD_TIMEOUT": c.RecordTimeout,
		"SAGA_RETRY_BACKOFF": c.RetryBackoff, "SAGA_RETRY_BACKOFF_MAX": c.RetryBackoffMax,
	})...)
}

// LongestSilence is the longest time that a healthy driver lets pass between two transactions: a call, or the calls that undo one, and
// the transaction itself.
func (c *Config) LongestSilence() time.Duration {
	return max(c.StepTimeout, c.CompensationTimeout) + c.RecordTimeout
}
