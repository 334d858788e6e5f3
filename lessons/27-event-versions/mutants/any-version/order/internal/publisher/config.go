package publisher

import "errors"

func (c *Config) Validate() error {
	if c.EventVersion < 1 {
		return errors.New("ORDER_EVENT_VERSION must be at least 1")
	}
	return nil
}
