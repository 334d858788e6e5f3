package outbox

import "context"

// publish returns when every event that was handed over is confirmed or refused, or when ctx ends. When stopping ends, it hands over no more.
func (b *batch) publish(ctx, stopping context.Context) {
	// TODO: nothing waits for the broker's answer.
	for _, e := range b.events {
		if _, err := b.publisher.Publish(ctx, e.Message); err != nil {
			b.away = err
			return
		}
		b.sent = append(b.sent, e)
	}
}
