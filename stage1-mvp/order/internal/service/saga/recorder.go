package saga

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"shop/platform/logging"
)

// Recorder stores the progress of sagas for all drivers. It is safe for concurrent use.
type Recorder struct {
	cfg     Config
	tx      Transactor
	sagas   Repository
	events  EventPublisher
	metrics Metrics
}

// NewRecorder returns a Recorder.
func NewRecorder(cfg Config, tx Transactor, sagas Repository, events EventPublisher, metrics Metrics) *Recorder {
	return &Recorder{cfg: cfg, tx: tx, sagas: sagas, events: events, metrics: metrics}
}

// record applies change to a copy of the saga and stores it with its order, events and answer in one transaction. It does so even if ctx
// has ended, because what has happened must be stored. s follows only after the commit: after an error nothing is stored, and s is as it
// was. The error is ErrLost when another worker has stored the saga in the meantime.
func (r *Recorder) record(ctx context.Context, s *Saga, change func(next *Saga) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.RecordTimeout)
	defer cancel()
	next := s.Clone()
	if err := change(next); err != nil {
		return fmt.Errorf("change saga %s: %w", s.ID, err)
	}
	err := r.tx.WithTx(ctx, func(ctx context.Context) error {
		if err := r.sagas.Save(ctx, next); err != nil {
			return err
		}
		return r.events.Publish(ctx, next.Order.Events()...)
	})
	if err != nil {
		return fmt.Errorf("record saga %s: %w", s.ID, err)
	}
	next.Version++
	next.Order.ClearEvents()
	*s = *next
	r.reportSettled(ctx, s)
	return nil
}

func (r *Recorder) reportSettled(ctx context.Context, s *Saga) {
	if !s.Status.IsSettled() {
		return
	}
	r.metrics.SagaSettled(s.Type, s.Status)
	if s.Status == Failed {
		logging.From(ctx).Error("saga failed, an operator must finish it", logging.Event("order.saga.failed"),
			zap.String("saga_id", s.ID), zap.String("order_id", s.Order.ID()), zap.String("step", s.CurrentStep),
			zap.String("reason", s.Failure.Reason))
	}
}
