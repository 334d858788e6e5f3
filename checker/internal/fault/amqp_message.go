package fault

import (
	"fmt"
	"slices"
	"time"
)

// Message is one message that went over a link to the broker.
type Message struct {
	Exchange, RoutingKey string
	// Queue is where a delivery comes from; empty for what is published.
	Queue string
	// ID is the message id, Type the type.
	ID, Type, CorrelationID string
	Timestamp               time.Time
	Headers                 map[string]any
	Body                    []byte
	Persistent, Mandatory   bool
	// Redelivered is the broker's flag of a delivery.
	Redelivered bool
}

// Name is how the message is called in narration: its type, or its routing key, and its id.
func (m Message) Name() string {
	name := m.Type
	if name == "" {
		name = m.RoutingKey
	}
	if m.ID != "" {
		name += " " + m.ID
	}
	return name
}

// Point is a moment in the life of a message on a link.
type Point string

// Points. What happens at a Confirm is the broker's ack or nack of a publish; at an Ack, the consumer's ack or reject of a delivery.
const (
	Publish  Point = "publish"
	Confirm  Point = "confirm"
	Return   Point = "return"
	Delivery Point = "delivery"
	Ack      Point = "ack"
)

// Passage is one message at one point.
type Passage struct {
	// Link is "service->rabbitmq".
	Link string
	At   time.Time
	Point
	Message Message
	// Negative says that a confirm is a nack, or that an ack is a nack or a reject. Requeue is the flag of the latter.
	Negative, Requeue bool
	// Fate says what a rule did: "held", "released", "dropped", "duplicated", "returned", "nacked"; empty for what simply passed.
	Fate string
	// Connection counts the connections of the link from 1.
	Connection int
	Channel    uint16
	// Tag is the delivery tag as the service knows it.
	Tag uint64
}

// String is the passage in a line.
func (p Passage) String() string {
	verb := string(p.Point)
	switch {
	case p.Negative && p.Point == Confirm:
		verb = "nack"
	case p.Negative:
		verb = "reject"
	}
	text := fmt.Sprintf("%s %s", verb, p.Message.Name())
	if p.Fate != "" {
		text += " (" + p.Fate + ")"
	}
	return text
}

// Match chooses messages; what is empty matches all.
type Match struct {
	Exchange, RoutingKey, Queue, Type, ID string
	// Header must all be there with these values, written as fmt.Sprint does.
	Header map[string]string
	// Where is a condition of the check's own.
	Where func(Message) bool
	// Negative matches only nacks and rejects.
	Negative bool
}

// Key matches messages by their routing key.
func Key(routingKey string) Match { return Match{RoutingKey: routingKey} }

// ID matches one message.
func ID(id string) Match { return Match{ID: id} }

func (m Match) matches(p Passage) bool {
	for _, pair := range [][2]string{
		{m.Exchange, p.Message.Exchange}, {m.RoutingKey, p.Message.RoutingKey}, {m.Queue, p.Message.Queue},
		{m.Type, p.Message.Type}, {m.ID, p.Message.ID},
	} {
		if pair[0] != "" && pair[0] != pair[1] {
			return false
		}
	}
	for name, want := range m.Header {
		if got, ok := p.Message.Headers[name]; !ok || fmt.Sprint(got) != want {
			return false
		}
	}
	return (!m.Negative || p.Negative) && (m.Where == nil || m.Where(p.Message))
}

// Passages returns what went over the link so far at a point ("" means all) for the messages that match, in order.
func (l *AMQPLink) Passages(point Point, match Match) []Passage {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []Passage
	for _, p := range l.passages {
		if (point == "" || point == p.Point) && match.matches(p) {
			found = append(found, p)
		}
	}
	return slices.Clip(found)
}
