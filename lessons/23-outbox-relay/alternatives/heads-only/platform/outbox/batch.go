package outbox

import (
	"context"
	"errors"
)

// publish hands everything over and then waits: claim returns one event of an aggregate.
func (b *batch) publish(ctx, _ context.Context) {
	for i := range b.events {
		b.send(ctx, i)
	}
	for _, s := range b.inFlight {
		e := b.events[s.index]
		err := s.confirmation.Wait(ctx)
		if err == nil {
			b.sent = append(b.sent, e)
		} else if errors.Is(err, ErrRefused) {
			b.refused = append(b.refused, refusal{e, err})
		} else {
			b.fail(err)
		}
	}
}
