package check

import (
	"encoding/json"
	"strings"
	"time"

	"stagecraft/checker/internal/check/timeline"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

const brokerLane = "rabbitmq"

// messagesOf turns what went over the links to the broker into timeline events: a publish that ends with its confirm, and a delivery that
// ends with its ack.
func (t *T) messagesOf(s *stack.Stack) []timeline.Event {
	type key struct {
		link       string
		connection int
		channel    uint16
		published  bool
		tag        uint64
	}
	var events []timeline.Event
	at := map[key]int{}
	for _, p := range s.Brokers().Passages("", fault.Match{}) {
		begins := p.Point == fault.Publish || p.Point == fault.Delivery
		k := key{p.Link, p.Connection, p.Channel, p.Point == fault.Publish || p.Point == fault.Confirm, p.Tag}
		i, known := at[k]
		known = known && p.Tag > 0
		switch {
		case p.Point == fault.Return:
			continue // its publish says so
		case begins && known && p.Fate == "released":
			continue
		case begins && len(events) < maxCalls:
			if p.Tag > 0 {
				at[k] = len(events)
			}
			events = append(events, t.messageEvent(p))
		case known:
			t.endMessage(&events[i], p)
		}
	}
	return events
}

func (t *T) messageEvent(p fault.Passage) timeline.Event {
	service, _, _ := strings.Cut(p.Link, "->")
	e := timeline.Event{
		Kind: timeline.Call, Lane: service, To: brokerLane, Label: "publish " + p.Message.Name(),
		StartMS: t.sinceMS(p.At), EndMS: t.sinceMS(time.Now()), Fate: timeline.Open, Detail: p.Fate,
	}
	if p.Point == fault.Delivery {
		e.Lane, e.To, e.Label = brokerLane, service, "deliver "+p.Message.Name()
	}
	if json.Valid(p.Message.Body) {
		e.Request = string(p.Message.Body)
	}
	switch p.Fate {
	case "dropped":
		e.Fate, e.Failed = timeline.CallLost, true
	case "held":
		e.Fate = timeline.Held
	case "returned", "nacked":
		e.Fate, e.Failed, e.EndMS = "", true, e.StartMS
	}
	if p.Tag == 0 && e.Fate == timeline.Open { // no confirm is to come
		e.Fate, e.EndMS = "", e.StartMS
	}
	return e
}

// endMessage notes the confirm or the ack.
func (t *T) endMessage(e *timeline.Event, p fault.Passage) {
	e.EndMS = t.sinceMS(p.At)
	switch {
	case p.Fate == "dropped":
		e.Fate = timeline.AnswerLost
	case p.Fate == "held":
		e.Fate = timeline.Held
	case e.Fate == timeline.Open:
		e.Fate = ""
	}
	if p.Negative {
		e.Failed, e.Detail = true, p.String()
	}
}
