package outbox

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"shop/platform/logging"
)

// listen wakes the relay when a transaction has committed events. While it cannot, polling has to do.
func (r *Relay) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := r.session(ctx); ctx.Err() == nil {
			r.log.Warn("relay gets no notifications and polls", logging.Event("platform.outbox.polling"), logging.Error(err))
			r.pause(ctx, r.cfg.BrokerPause, nil)
		}
	}
}

// session listens on a connection of its own until that fails.
func (r *Relay) session(ctx context.Context) error {
	pooled, err := r.store.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack() // it counts no longer among those that requests wait for
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		r.notify()
		if err := r.notification(ctx, conn); err != nil {
			return err
		}
	}
}

// notification waits for one. Every Heartbeat it makes sure that the connection still works.
func (r *Relay) notification(ctx context.Context, conn *pgx.Conn) error {
	for {
		bounded, cancel := context.WithTimeout(ctx, r.cfg.Heartbeat)
		_, err := conn.WaitForNotification(bounded)
		cancel()
		if err == nil || !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		bounded, cancel = context.WithTimeout(ctx, r.cfg.Heartbeat)
		err = conn.Ping(bounded)
		cancel()
		if err != nil {
			return err
		}
	}
}

// notify wakes the relay, or lets it claim once more if it is at work.
func (r *Relay) notify() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}
