package logging

import (
	"fmt"

	"go.uber.org/zap/zapcore"
)

// Config holds the settings of logs.
type Config struct {
	Env   string `env:"SERVICE_ENV" default:"dev"`
	Level string `env:"LOG_LEVEL" default:"info"`
}

// Validate rejects an unknown level.
func (c *Config) Validate() error {
	if _, err := zapcore.ParseLevel(c.Level); err != nil {
		return fmt.Errorf("LOG_LEVEL is %q, want debug, info, warn or error", c.Level)
	}
	return nil
}
