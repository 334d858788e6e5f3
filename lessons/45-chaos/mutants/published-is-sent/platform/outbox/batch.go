package outbox

import "context"

// publish hands all events to the broker and returns.
func (b *batch) publish(ctx, stopping context.Context) {
	for i, e := range b.events {
		if stopping.Err() != nil {
			return
		}
		b.send(ctx, i)
		if b.away != nil {
			return
		}
		b.sent = append(b.sent, e)
	}
}
