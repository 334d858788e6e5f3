package query

import (
	"time"
)

// DayBefore returns the last day that is over at t.
func DayBefore(t time.Time) Day {
	return Day{midnight: t.Truncate(24*time.Hour).AddDate(0, 0, -1)}
}
