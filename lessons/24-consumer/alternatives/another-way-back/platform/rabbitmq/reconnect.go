package rabbitmq

import (
	"context"
	"time"

	"go.uber.org/zap"

	"shop/platform/logging"
)

// keep calls session until ctx ends.
func (l link) keep(ctx context.Context, session func(ctx context.Context, ready func()) error) {
	for attempt := 0; ; attempt++ {
		wasReady := false
		err := session(ctx, func() {
			wasReady = true
			l.up.Set(1)
			l.log.Info("connected to the broker", logging.Event("platform.broker.connected"))
		})
		l.up.Set(0)
		if wasReady {
			attempt = 0
		}
		delay := backoff(l.cfg.ReconnectMin, l.cfg.ReconnectMax, attempt)
		if ctx.Err() == nil {
			l.log.Log(levelOfLoss(err), "no connection to the broker", logging.Event("platform.broker.disconnected"),
				zap.Duration("retry_in", delay), logging.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(delay):
		}
	}
}
