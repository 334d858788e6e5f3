package outbox

import (
	"context"
)

func (b *batch) publish(ctx, stopping context.Context) {
	for i := range b.events {
		b.send(ctx, i)
		if b.away != nil {
			return
		}
		b.sent = append(b.sent, b.events[i])
	}
}
