package pagination

import (
	"fmt"

	"stagecraft/stage1-mvp/platform/config"
)

const minSecret = 16

// Config is what the environment says about cursors.
type Config struct {
	Secret config.Secret `env:"CURSOR_SECRET"`
}

// Validate refuses a secret that could be guessed.
func (c *Config) Validate() error {
	if len(c.Secret) < minSecret {
		return fmt.Errorf("CURSOR_SECRET must have at least %d characters", minSecret)
	}
	return nil
}
