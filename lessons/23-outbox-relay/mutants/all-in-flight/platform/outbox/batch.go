package outbox

import (
	"context"
	"errors"
)

func (b *batch) publish(ctx, stopping context.Context) {
	for i := range b.events {
		b.send(ctx, i)
	}
	for _, s := range b.inFlight {
		switch err := s.confirmation.Wait(ctx); {
		case errors.Is(err, ErrRefused):
			b.refused = append(b.refused, refusal{b.events[s.index], err})
		case err != nil:
			b.fail(err)
		default:
			b.sent = append(b.sent, b.events[s.index])
		}
	}
}
