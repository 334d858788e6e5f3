package saga

import (
	"errors"
	"time"

	"stagecraft/stage1-mvp/platform/config"
)

// Config is what the environment says about sagas.
type Config struct {
	StepTimeout         time.Duration `env:"SAGA_STEP_TIMEOUT" default:"5s"`
	CompensationTimeout time.Duration `env:"COMPENSATION_TIMEOUT" default:"10s"`
}

// Validate refuses a saga whose calls would all be over before they begin.
func (c *Config) Validate() error {
	return errors.Join(config.Positive(map[string]time.Duration{
		"SAGA_STEP_TIMEOUT": c.StepTimeout, "COMPENSATION_TIMEOUT": c.CompensationTimeout,
	})...)
}
