package saga

import (
	"context"
	"fmt"
	"time"

	"stagecraft/stage1-mvp/order/internal/domain"
)

// recordTimeout bounds the storing of what has already happened.
const recordTimeout = 5 * time.Second

// Recorder stores what becomes of sagas, whoever drives them. It is safe for concurrent use.
type Recorder struct {
	tx      Transactor
	sagas   domain.SagaRepository
	journal Journal
}

// NewRecorder returns a Recorder.
func NewRecorder(tx Transactor, sagas domain.SagaRepository, journal Journal) *Recorder {
	return &Recorder{tx: tx, sagas: sagas, journal: journal}
}

// record stores the saga as change leaves it, and whatever also does to the order, in one transaction. The saga in memory follows only
// after the commit, because the transaction may run more than once, or not at all. It is ErrSagaLost when somebody else has stored the
// saga in the meantime: each stored version has one owner.
func (r *Recorder) record(
	ctx context.Context, s *domain.Saga, change func(s *domain.Saga), also func(ctx context.Context) (*domain.Order, error),
) error {
	next := s.Clone()
	change(next)
	var order *domain.Order
	err := r.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		if err := r.sagas.Save(ctx, next); err != nil {
			return err
		}
		if also != nil {
			order, err = also(ctx)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("record saga %s: %w", s.ID, err)
	}
	next.Version++
	*s = *next
	if order != nil {
		r.journal.OrderChanged(ctx, order)
	}
	if s.Status.IsSettled() {
		r.journal.SagaSettled(ctx, s)
	}
	return nil
}

// detached returns a context that outlives the request, for a short while.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
}
