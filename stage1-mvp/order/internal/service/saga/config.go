package saga

import (
	"errors"
	"time"
)

// Config is what the environment says about sagas.
type Config struct {
	StepTimeout         time.Duration `env:"SAGA_STEP_TIMEOUT" default:"5s"`
	CompensationTimeout time.Duration `env:"COMPENSATION_TIMEOUT" default:"10s"`
}

// Validate refuses a saga whose calls would all be over before they begin.
func (c *Config) Validate() error {
	if c.StepTimeout <= 0 || c.CompensationTimeout <= 0 {
		return errors.New("SAGA_STEP_TIMEOUT and COMPENSATION_TIMEOUT must be positive")
	}
	return nil
}
