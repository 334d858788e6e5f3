package outbox

import (
	"context"
	"errors"
	"time"
)

// step balances the leases if it is time, and relays one batch. Each event is marked by itself, when the broker has confirmed it.
func (r *Relay) step(ctx, stopping context.Context) (busy bool, err error) {
	if time.Since(r.balanced) >= r.cfg.Heartbeat {
		if err := r.leases.balance(ctx); err != nil {
			return false, err
		}
		r.balanced = time.Now()
		r.metrics.leases.Set(float64(len(r.leases.parts)))
	}
	claimed := time.Now()
	events, err := r.store.claim(ctx)
	if err != nil || len(events) == 0 {
		return false, err
	}
	bounded, cancel := context.WithTimeout(ctx, r.cfg.ConfirmTimeout)
	defer cancel()
	b := &batch{publisher: r.publisher, events: events, until: r.leases.until}
	b.publish(bounded, stopping)
	problems := []error{b.away, r.markRefused(ctx, b.refused, claimed)}
	for i := range b.sent {
		problems = append(problems, r.markSent(ctx, b.sent[i:i+1], claimed))
	}
	return true, errors.Join(problems...)
}
