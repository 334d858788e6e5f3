// Package clock provides the time, so that a test can set it.
package clock

import "time"

// Clock returns the time now.
type Clock func() time.Time

// System returns the time of the machine, in UTC and truncated to microseconds, which is the precision PostgreSQL keeps.
func System() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
