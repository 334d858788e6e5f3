package query

import (
	"errors"
	"time"
)

// ErrInvalidDay says that a text is not a day.
var ErrInvalidDay = errors.New("a day is written as 2026-11-20")

// Day is a day in UTC, the period of a report.
type Day struct{ midnight time.Time }

// ParseDay reads a day that is written as 2026-11-20.
func ParseDay(text string) (Day, error) {
	midnight, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Day{}, ErrInvalidDay
	}
	return Day{midnight: midnight}, nil
}

// DayBefore returns the last day that is over at t.
func DayBefore(t time.Time) Day {
	return Day{midnight: t.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)}
}

// String returns the day as ParseDay reads it.
func (d Day) String() string { return d.midnight.Format(time.DateOnly) }

// Next returns the day after.
func (d Day) Next() Day { return Day{midnight: d.midnight.AddDate(0, 0, 1)} }

// After tells whether the day comes after another.
func (d Day) After(other Day) bool { return d.midnight.After(other.midnight) }

// From returns the first moment of the day.
func (d Day) From() time.Time { return d.midnight }

// Until returns the first moment after the day.
func (d Day) Until() time.Time { return d.Next().midnight }
