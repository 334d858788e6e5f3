// Hidden checks of the lesson on jobs. They use only names that the lesson gives.
package query_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have none

	"shop/order/internal/query"
)

// The machine is in a zone with summer time.
func init() {
	if berlin, err := time.LoadLocation("Europe/Berlin"); err == nil {
		time.Local = berlin
	}
}

func zzjFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func zzjParse(t *testing.T, text string) query.Day {
	t.Helper()
	day, err := query.ParseDay(text)
	if err != nil {
		zzjFail(t, "parse", fmt.Sprintf("ParseDay(%q)", text), "the day", err.Error(), "requests and rows name their window so")
	}
	return day
}

func TestZZJobsDays(t *testing.T) {
	const format = "2006-01-02 15:04:05 -0700"
	for _, text := range []string{"2026-11-20", "2026-03-29", "2026-10-25", "2026-12-31", "2028-02-29"} {
		day := zzjParse(t, text)
		if day.String() != text {
			zzjFail(t, "parse", fmt.Sprintf("ParseDay(%q) and String", text), text, day.String(), "the name of a window is its key in locks and rows")
		}
		from, until := text+" 00:00:00 +0000", time.Date(day.From().UTC().Year(), day.From().UTC().Month(), day.From().UTC().Day()+1, 0, 0, 0, 0, time.UTC)
		if seen := day.From().UTC().Format(format); seen != from {
			zzjFail(t, "utc", "the first moment of "+text+", on a machine in Europe/Berlin", from, seen, "three replicas in two zones make three different reports of one day")
		}
		if seen := day.Until().UTC().Format(format); seen != until.Format(format) {
			zzjFail(t, "utc", "the first moment after "+text+", on a machine in Europe/Berlin", until.Format(format), seen, "what is sold between two days is in no report, or in two")
		}
	}
	day := zzjParse(t, "2024-01-01")
	for want := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); want.Year() < 2029; want = want.AddDate(0, 0, 1) {
		if day.String() != want.Format(time.DateOnly) || !day.From().Equal(want) {
			zzjFail(t, "next", "the days from 2024-01-01 on, one Next after the other", want.Format(format), day.From().Format(format)+", "+day.String(),
				"where clocks change, one day a year has 23 hours and another 25")
		}
		next := day.Next()
		if !next.From().Equal(day.Until()) || !next.After(day) || day.After(next) || day.After(day) {
			zzjFail(t, "next", "the day after "+day.String(), "it begins when the day ends, and comes after it", "it begins "+next.From().Format(format)+", and the day ends "+day.Until().Format(format), "a gap is a sale in no report")
		}
		day = next
	}

	for _, zone := range []string{"UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"} {
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Skipf("load the zone %s: %v", zone, err)
		}
		for _, c := range [][2]string{
			{"2026-11-20T23:59:59.999999999Z", "2026-11-19"}, {"2026-11-21T00:00:00Z", "2026-11-20"}, {"2026-11-21T00:00:00.000000001Z", "2026-11-20"},
			{"2026-03-28T23:30:00Z", "2026-03-27"}, {"2026-03-29T00:30:00Z", "2026-03-28"}, {"2026-03-29T22:30:00Z", "2026-03-28"}, {"2026-03-30T00:00:00Z", "2026-03-29"},
			{"2026-10-24T22:30:00Z", "2026-10-23"}, {"2026-10-25T00:00:00Z", "2026-10-24"}, {"2026-10-25T23:30:00Z", "2026-10-24"}, {"2026-10-26T00:00:00Z", "2026-10-25"},
			{"2027-01-01T12:00:00Z", "2026-12-31"}, {"2028-03-01T00:00:00Z", "2028-02-29"},
		} {
			now, err := time.Parse(time.RFC3339Nano, c[0])
			if err != nil {
				t.Skipf("read a time: %v", err)
			}
			if seen := query.DayBefore(now.In(location)); seen.String() != c[1] || seen.From() != zzjParse(t, c[1]).From() {
				zzjFail(t, "before", fmt.Sprintf("the last day that is over at %s, by a clock in %s", now.In(location).Format(time.RFC3339Nano), zone), c[1],
					seen.String()+", from "+seen.From().Format(time.RFC3339), "a report of a day that is not over counts as done, and its last hours are lost")
			}
		}
	}
	for _, text := range []string{"", "today", "2026-11-31", "2026-1-2", "20261120", "2026-11-20T00:00:00Z", "2026-11-20 ", " 2026-11-20"} {
		if day, err := query.ParseDay(text); !errors.Is(err, query.ErrInvalidDay) {
			zzjFail(t, "parse", fmt.Sprintf("ParseDay(%q)", text), "ErrInvalidDay", fmt.Sprintf("%s, error: %v", day, err), "two spellings of one day are two windows, and two reports")
		}
	}
}
