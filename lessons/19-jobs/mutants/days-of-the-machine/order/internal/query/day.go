package query

import (
	"time"
)

// ParseDay reads a day that is written as 2026-11-20.
func ParseDay(text string) (Day, error) {
	midnight, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		return Day{}, ErrInvalidDay
	}
	return Day{midnight: midnight}, nil
}
