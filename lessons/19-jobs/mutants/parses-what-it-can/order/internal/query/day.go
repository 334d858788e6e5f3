package query

import (
	"time"
)

// ParseDay reads a day that is written as 2026-11-20.
func ParseDay(text string) (Day, error) {
	midnight, err := time.Parse("2006-1-2", text)
	if err != nil {
		return Day{}, ErrInvalidDay
	}
	return Day{midnight: midnight}, nil
}
