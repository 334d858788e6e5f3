package outbox

import (
	"context"
	"errors"
	"time"
)

// errLeaseEnded means that the relay stopped publishing in the middle of a batch, because another relay may own the aggregates by now.
var errLeaseEnded = errors.New("the lease ended during the batch")

// batch publishes events in the order of their aggregates: the next event of an aggregate is handed to the broker when it has confirmed the
// one before. Events of different aggregates are in flight at the same time.
//
// To hand over the next event earlier would break the order when the broker refuses one and takes the next.
type batch struct {
	publisher Publisher
	events    []event
	next      []int // index of the next event of the same aggregate, 0 for none
	inFlight  []sending
	until     time.Time

	sent    []event
	refused []refusal
	// away is the first error that is no refusal. After it nothing more is published.
	away error
}

type sending struct {
	index        int
	confirmation Confirmation
}

type aggregate struct{ kind, id string }

// publish returns when every event that was handed over is confirmed or refused, or when ctx ends. When stopping ends, it hands over no more.
func (b *batch) publish(ctx, stopping context.Context) {
	b.next = make([]int, len(b.events))
	b.inFlight = make([]sending, 0, len(b.events))
	last := make(map[aggregate]int, len(b.events))
	for i, e := range b.events {
		key := aggregate{e.AggregateType, e.AggregateID}
		if before, ok := last[key]; ok {
			b.next[before] = i
		} else {
			b.send(ctx, i)
		}
		last[key] = i
	}
	for n := 0; n < len(b.inFlight); n++ {
		s := b.inFlight[n]
		err := s.confirmation.Wait(ctx)
		switch {
		case errors.Is(err, ErrRefused):
			b.refused = append(b.refused, refusal{b.events[s.index], err})
			if next := b.next[s.index]; next > 0 && stopping.Err() == nil {
				b.send(ctx, next)
			}
		case err != nil:
			b.fail(err)
		default:
			b.sent = append(b.sent, b.events[s.index])
			if next := b.next[s.index]; next > 0 && stopping.Err() == nil {
				b.send(ctx, next)
			}
		}
	}
}

func (b *batch) send(ctx context.Context, index int) {
	if b.away != nil {
		return
	}
	if time.Now().After(b.until) {
		b.fail(errLeaseEnded)
		return
	}
	confirmation, err := b.publisher.Publish(ctx, b.events[index].Message)
	if err != nil {
		b.fail(err)
		return
	}
	b.inFlight = append(b.inFlight, sending{index, confirmation})
}

func (b *batch) fail(err error) {
	if b.away == nil {
		b.away = err
	}
}
