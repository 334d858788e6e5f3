package saga

import (
	"context"
	"fmt"

	"stagecraft/stage1-mvp/order/internal/domain"
)

// Recoverer settles sagas whose drivers died, each in the way of its type: a purchase backwards, a cancellation forwards.
type Recoverer struct {
	purchases     *Engine
	cancellations *Cancellation
}

// NewRecoverer returns a Recoverer.
func NewRecoverer(purchases *Engine, cancellations *Cancellation) *Recoverer {
	return &Recoverer{purchases: purchases, cancellations: cancellations}
}

// Recover settles the saga. After an error it is not settled, and will be stale again.
func (r *Recoverer) Recover(ctx context.Context, s *domain.Saga) error {
	switch s.Type {
	case domain.SagaCreateOrder:
		return r.purchases.Recover(ctx, s)
	case domain.SagaCancelOrder:
		return r.cancellations.Run(ctx, s)
	default:
		return fmt.Errorf("saga %s has a type %s that this version does not know", s.ID, s.Type)
	}
}
