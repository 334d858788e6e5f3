package query

import (
	"time"
)

// DayBefore returns the last day that is over at t.
func DayBefore(t time.Time) Day {
	return Day{midnight: time.Date(t.Year(), t.Month(), t.Day()-1, 0, 0, 0, 0, time.UTC)}
}
