package check

import "time"

// Limit is the time the check may take: its own, else 10 s without and 90 s with services.
// White-box checks wait for each other's turn in the package's process, so that their own limit bounds the test alone.
func (c Check) Limit() time.Duration {
	switch {
	case c.Tests != nil:
		return 10 * time.Minute
	case c.Timeout > 0:
		return c.Timeout
	case c.Needs.Nothing():
		return 10 * time.Second
	default:
		return 90 * time.Second
	}
}

// testLimit bounds one hidden test.
func (c Check) testLimit() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return 10 * time.Second
}
