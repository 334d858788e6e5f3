// Package clock is where time comes from, so that a test can decide what time it is.
package clock

import "time"

// Clock returns the time now.
type Clock func() time.Time

// System returns the time of the machine in UTC and in microseconds: exactly what PostgreSQL keeps of it.
func System() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
