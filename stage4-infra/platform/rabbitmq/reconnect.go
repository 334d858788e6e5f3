package rabbitmq

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"shop/platform/logging"
)

// link repeats a session with the broker.
type link struct {
	cfg Config
	log *zap.Logger
	// report says that the link works, or that it does not.
	report func(up bool)
}

func newLink(cfg Config, name string, log *zap.Logger, m *metrics, l *links) link {
	report := func(up bool) {
		m.connected(name, up)
		l.set(name, up)
	}
	report(false)
	return link{cfg: cfg, log: log.With(zap.String("connection", name)), report: report}
}

// keep calls session until ctx ends. A session calls ready when it works, and returns why it ended. The pause before the next one doubles
// with each session that was not ready.
func (l link) keep(ctx context.Context, session func(ctx context.Context, ready func()) error) {
	failures := 0
	ready := func() {
		failures = 0
		l.report(true)
		l.log.Info("connected to the broker", logging.Event("platform.broker.connected"))
	}
	for ctx.Err() == nil {
		err := session(ctx, ready)
		l.report(false)
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

// levelOfLoss returns error for what does not pass by itself, and warn for an outage.
func levelOfLoss(err error) zapcore.Level {
	var refusal *amqp.Error
	if errors.As(err, &refusal) && (refusal.Code == amqp.PreconditionFailed || refusal.Code == amqp.AccessRefused) {
		return zap.ErrorLevel
	}
	return zap.WarnLevel
}

// backoff returns a random time between half and all of least, doubled with each failure up to most. Replicas that lost the broker at the
// same time do not return at the same time.
func backoff(least, most time.Duration, failures int) time.Duration {
	d := most
	if failures < 30 && least<<failures < most {
		d = least << failures
	}
	return d/2 + rand.N(d/2+1)
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
