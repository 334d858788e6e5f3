package query

import "time"

// ParseDay reads a day that is written as 2026-11-20.
func ParseDay(text string) (Day, error) {
	midnight, err := time.ParseInLocation(time.DateOnly, text, time.UTC)
	if err != nil || midnight.Format(time.DateOnly) != text {
		return Day{}, ErrInvalidDay
	}
	return Day{midnight: midnight}, nil
}

// DayBefore counts days since 1970: UTC has no others.
func DayBefore(t time.Time) Day {
	const day = 24 * 60 * 60
	return Day{midnight: time.Unix((t.Unix()/day-1)*day, 0).UTC()}
}

// Next returns the day after.
func (d Day) Next() Day {
	year, month, day := d.midnight.Date()
	return Day{midnight: time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC)}
}
