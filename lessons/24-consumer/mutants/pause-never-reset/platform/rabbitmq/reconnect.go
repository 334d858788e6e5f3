package rabbitmq

import (
	"context"

	"go.uber.org/zap"

	"shop/platform/logging"
)

// keep calls session until ctx ends. A session calls ready when it works, and returns why it ended. The pause before the next one doubles
// with each session that was not ready.
func (l link) keep(ctx context.Context, session func(ctx context.Context, ready func()) error) {
	failures := 0
	ready := func() {
		l.up.Set(1)
		l.log.Info("connected to the broker", logging.Event("platform.broker.connected"))
	}
	for ctx.Err() == nil {
		err := session(ctx, ready)
		l.up.Set(0)
		if ctx.Err() != nil {
			return
		}
		delay := backoff(l.cfg.ReconnectMin, l.cfg.ReconnectMax, failures)
		failures++
		l.log.Log(levelOfLoss(err), "no connection to the broker", logging.Event("platform.broker.disconnected"),
			zap.Duration("retry_in", delay), logging.Error(err))
		pause(ctx, delay)
	}
}
