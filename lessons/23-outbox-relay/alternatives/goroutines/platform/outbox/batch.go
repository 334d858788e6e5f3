package outbox

import (
	"context"
	"errors"
	"sync"
	"time"
)

// publish has a goroutine per aggregate.
func (b *batch) publish(ctx, stopping context.Context) {
	byAggregate := map[aggregate][]event{}
	for _, e := range b.events {
		key := aggregate{e.AggregateType, e.AggregateID}
		byAggregate[key] = append(byAggregate[key], e)
	}
	var (
		mu      sync.Mutex
		running sync.WaitGroup
	)
	for _, events := range byAggregate {
		running.Go(func() {
			for _, e := range events {
				if stopping.Err() != nil {
					return
				}
				err := b.publishOne(ctx, e)
				mu.Lock()
				switch {
				case errors.Is(err, ErrRefused):
					b.refused = append(b.refused, refusal{e, err})
				case err != nil:
					b.fail(err)
				default:
					b.sent = append(b.sent, e)
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	running.Wait()
}

//stagecraft:add
func (b *batch) publishOne(ctx context.Context, e event) error {
	if time.Now().After(b.until) {
		return errLeaseEnded
	}
	confirmation, err := b.publisher.Publish(ctx, e.Message)
	if err != nil {
		return err
	}
	return confirmation.Wait(ctx)
}
