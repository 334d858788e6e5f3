package publisher

// Validate refuses a version that does not exist.
func (c *Config) Validate() error {
	// TODO
	return nil
}
