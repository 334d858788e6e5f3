package publisher

import "errors"

// Config is the part of the environment that is about published events.
type Config struct {
	// EventVersion is the version in which OrderPaid and OrderCancelled are published. It stays 1 until every consumer reads version 2.
	EventVersion int `env:"ORDER_EVENT_VERSION" default:"2"`
}

// Validate refuses a version that does not exist.
func (c *Config) Validate() error {
	if c.EventVersion != 1 && c.EventVersion != 2 {
		return errors.New("ORDER_EVENT_VERSION must be 1 or 2")
	}
	return nil
}
