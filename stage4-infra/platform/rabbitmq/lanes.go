package rabbitmq

import (
	"hash/maphash"

	amqp "github.com/rabbitmq/amqp091-go"
)

var seed = maphash.MakeSeed()

// lanes lead deliveries to workers: those of one aggregate through the same lane.
type lanes []chan amqp.Delivery

// newLanes returns n lanes, each with room for all messages that the broker hands over: a busy worker does not hold up the others.
func newLanes(n, prefetch int) lanes {
	l := make(lanes, n)
	for i := range l {
		l[i] = make(chan amqp.Delivery, prefetch)
	}
	return l
}

// of returns the lane of a worker. If there is only one, all workers share it.
func (l lanes) of(worker int) <-chan amqp.Delivery { return l[worker%len(l)] }

func (l lanes) put(d amqp.Delivery) {
	aggregate := text(d.Headers, headerAggregateType) + "/" + text(d.Headers, headerAggregateID)
	l[maphash.String(seed, aggregate)%uint64(len(l))] <- d
}

func (l lanes) close() {
	for _, lane := range l {
		close(lane)
	}
}
