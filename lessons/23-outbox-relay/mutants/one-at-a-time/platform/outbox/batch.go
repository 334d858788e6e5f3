package outbox

import (
	"context"
	"errors"
)

func (b *batch) publish(ctx, stopping context.Context) {
	stopped := map[aggregate]bool{}
	for i, e := range b.events {
		key := aggregate{e.AggregateType, e.AggregateID}
		if stopped[key] || stopping.Err() != nil {
			continue
		}
		b.send(ctx, i)
		if b.away != nil {
			return
		}
		err := b.inFlight[len(b.inFlight)-1].confirmation.Wait(ctx)
		switch {
		case errors.Is(err, ErrRefused):
			stopped[key] = true
			b.refused = append(b.refused, refusal{e, err})
		case err != nil:
			b.fail(err)
			return
		default:
			b.sent = append(b.sent, e)
		}
	}
}
