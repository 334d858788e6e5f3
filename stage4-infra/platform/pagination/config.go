package pagination

import (
	"fmt"

	"shop/platform/config"
)

const minSecret = 16

// Config holds the settings of cursors.
type Config struct {
	Secret config.Secret `env:"CURSOR_SECRET"`
}

// Validate rejects a secret that could be guessed.
func (c *Config) Validate() error {
	if len(c.Secret) < minSecret {
		return fmt.Errorf("CURSOR_SECRET must have at least %d characters", minSecret)
	}
	return nil
}
