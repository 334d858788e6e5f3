package query

import "time"

// Day is the period of a report.
//
// TODO: a day should be one in UTC. It is one in the zone of the machine.
type Day struct{ midnight time.Time }

// ParseDay reads a day that is written as 2026-11-20.
func ParseDay(text string) (Day, error) {
	midnight, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		return Day{}, ErrInvalidDay
	}
	return Day{midnight: midnight}, nil
}

// DayBefore returns the last day that is over at t.
func DayBefore(t time.Time) Day {
	year, month, day := t.Local().Date()
	return Day{midnight: time.Date(year, month, day, 0, 0, 0, 0, time.Local).Add(-24 * time.Hour)}
}

// Next returns the day after.
func (d Day) Next() Day { return Day{midnight: d.midnight.Add(24 * time.Hour)} }
