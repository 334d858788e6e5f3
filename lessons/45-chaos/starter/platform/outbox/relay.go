package outbox

import (
	"context"
	"errors"
	"time"
)

// step balances the leases if it is time, and relays one batch. It reports whether there were events.
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
	// The events are marked as ours before they leave: a relay that stops in between must not publish them twice.
	if err := r.markSent(ctx, events, claimed); err != nil {
		return false, err
	}
	b := &batch{publisher: r.publisher, events: events, until: r.leases.until}
	bounded, cancel := context.WithTimeout(ctx, r.cfg.ConfirmTimeout)
	defer cancel()
	b.publish(bounded, stopping)
	return true, errors.Join(r.markRefused(ctx, b.refused, claimed), b.away)
}
