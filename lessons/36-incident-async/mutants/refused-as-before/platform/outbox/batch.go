package outbox

import "context"

// publish returns when every event that was handed over is confirmed, or when ctx ends. When stopping ends, it hands over no more.
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
		if err != nil { // whatever the reason is, the relay pauses and comes back to the event
			b.fail(err)
			continue
		}
		b.sent = append(b.sent, b.events[s.index])
		if next := b.next[s.index]; next > 0 && stopping.Err() == nil {
			b.send(ctx, next)
		}
	}
}
