package publisher

import "fmt"

// Validate allows the versions that content can write.
func (c *Config) Validate() error {
	switch c.EventVersion {
	case 1, 2:
		return nil
	}
	return fmt.Errorf("no event has version %d: set ORDER_EVENT_VERSION to 1 or 2", c.EventVersion)
}
