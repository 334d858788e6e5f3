package rabbitmq

import (
	"context"

	"shop/platform/logging"

	"go.uber.org/zap"
)

// keep calls session until ctx ends. A session calls ready when it works, and returns why it ended. The pause before the next one doubles
// with each session that was not ready.
func (l link) keep(ctx context.Context, session func(ctx context.Context, ready func()) error) {
	ready := func() {
		l.up.Set(1)
		l.log.Info("connected to the broker", logging.Event("platform.broker.connected"))
	}
	// TODO: one session, and no other after it.
	err := session(ctx, ready)
	l.up.Set(0)
	l.log.Log(levelOfLoss(err), "no connection to the broker", logging.Event("platform.broker.disconnected"),
		zap.Duration("retry_in", 0), logging.Error(err))
}
