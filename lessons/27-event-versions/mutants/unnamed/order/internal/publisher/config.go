package publisher

import "fmt"

func (c *Config) Validate() error {
	if c.EventVersion != 1 && c.EventVersion != 2 {
		return fmt.Errorf("version %d does not exist", c.EventVersion)
	}
	return nil
}
