package stack

import (
	"errors"
	"fmt"
	"slices"

	"stagecraft/checker/internal/fault"
)

// Broker returns the link of a service to the broker: Broker("order"), or Broker("order-2") for a second replica. It panics for a service
// that is not linked, which is a mistake in the check.
func (s *Stack) Broker(service string) *fault.AMQPLink {
	s.mu.Lock()
	defer s.mu.Unlock()
	link := s.amqp[service]
	if link == nil {
		panic(fmt.Sprintf("stack: %s is not linked to a broker", service))
	}
	return link
}

// Brokers are the links of all services to the broker. A fault on all of them is a fault of the broker, and harms no other check.
type Brokers []*fault.AMQPLink

// Brokers returns the links of all services to the broker.
func (s *Stack) Brokers() Brokers {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all Brokers
	for _, name := range s.order {
		if link := s.amqp[name]; link != nil {
			all = append(all, link)
		}
	}
	return all
}

// Cut refuses connections and breaks those there are, until Heal: the broker is down.
func (b Brokers) Cut() { b.each((*fault.AMQPLink).Cut) }

// Freeze lets no byte pass until Heal: the broker, or the network, stands still.
func (b Brokers) Freeze() { b.each((*fault.AMQPLink).Freeze) }

// Reset breaks the connections there are: a broker that restarts in no time.
func (b Brokers) Reset() { b.each((*fault.AMQPLink).Reset) }

// Heal ends Cut and Freeze.
func (b Brokers) Heal() error {
	var faults []error
	for _, link := range b {
		faults = append(faults, link.Heal())
	}
	return errors.Join(faults...)
}

// Passages returns what went over the links at a point ("" means all) for the messages that match, in the order of time.
func (b Brokers) Passages(point fault.Point, match fault.Match) []fault.Passage {
	var all []fault.Passage
	for _, link := range b {
		all = append(all, link.Passages(point, match)...)
	}
	slices.SortStableFunc(all, func(x, y fault.Passage) int { return x.At.Compare(y.At) })
	return all
}

func (b Brokers) each(do func(*fault.AMQPLink)) {
	for _, link := range b {
		do(link)
	}
}
