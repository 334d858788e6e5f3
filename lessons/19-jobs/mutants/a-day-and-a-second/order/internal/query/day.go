package query

import (
	"time"
)

// Next returns the day after.
func (d Day) Next() Day { return Day{midnight: d.midnight.Add(24*time.Hour - time.Second)} }
