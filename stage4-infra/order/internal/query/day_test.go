package query_test

import (
	"testing"
	"time"

	"shop/order/internal/query"
)

func TestADayBeginsAndEndsAtMidnightUTC(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 2*60*60)
	for now, want := range map[time.Time]string{
		time.Date(2026, 11, 20, 23, 59, 59, 999_999_999, time.UTC): "2026-11-19",
		time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC):              "2026-11-20",
		time.Date(2026, 11, 21, 1, 0, 0, 0, east):                  "2026-11-19",
		time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC):               "2026-12-31",
		time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC):                "2028-02-29",
	} {
		day := query.DayBefore(now)
		if day.String() != want {
			t.Errorf("at %s the last day that is over is %s, want %s", now, day, want)
		}
		if !day.Until().Equal(day.Next().From()) || day.Until().After(now) {
			t.Errorf("%s ends at %s, but it is over at %s", day, day.Until(), now)
		}
	}
}

func TestParseDay_OtherText_IsInvalid(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "today", "2026-11-31", "2026-1-2", "20261120", "2026-11-20T00:00:00Z", "2026-11-20 "} {
		if day, err := query.ParseDay(text); err == nil {
			t.Errorf("%q is taken for %s", text, day)
		}
	}
	day, err := query.ParseDay("2026-11-20")
	if err != nil || day.String() != "2026-11-20" {
		t.Errorf("got %s, %v", day, err)
	}
}
