package report

import (
	"math"
	"slices"

	"stagecraft/checker/internal/check/timeline"
)

// lane is one line of a timeline in the terminal.
type lane struct {
	name   string
	events []timeline.Event
}

// usualOrder is how lanes are sorted: from the one who asks to what is asked last.
var usualOrder = []string{"client", "gateway", "order", "inventory", "wallet", "postgres", "redis", "rabbitmq"}

// lanesOf sorts events into lanes.
func lanesOf(events []timeline.Event) []lane {
	byName := map[string]*lane{}
	var names []string
	for _, e := range events {
		if e.Kind == timeline.Call {
			e.Lane = e.To // a lane shows when a service is busy
		}
		if byName[e.Lane] == nil {
			byName[e.Lane] = &lane{name: e.Lane}
			names = append(names, e.Lane)
		}
		byName[e.Lane].events = append(byName[e.Lane].events, e)
	}
	slices.SortStableFunc(names, func(a, b string) int { return place(a) - place(b) })
	lanes := make([]lane, len(names))
	for i, name := range names {
		lanes[i] = *byName[name]
	}
	return lanes
}

func place(name string) int {
	if i := slices.Index(usualOrder, name); i >= 0 {
		return i
	}
	return len(usualOrder)
}

// spanOf is how long the timeline is, in milliseconds, at least elapsed.
func spanOf(events []timeline.Event, elapsed int64) float64 {
	span := max(float64(elapsed), 1)
	for _, e := range events {
		span = max(span, e.EndMS)
	}
	return span
}

// ticksOf returns round times in milliseconds for an axis of about n marks.
func ticksOf(span float64, n int) []float64 {
	step := math.Pow(10, math.Floor(math.Log10(span/float64(n))))
	for _, factor := range []float64{1, 2, 5, 10} {
		if span/(step*factor) <= float64(n) {
			step *= factor
			break
		}
	}
	var ticks []float64
	for at := 0.0; at <= span; at += step {
		ticks = append(ticks, at)
	}
	return ticks
}
