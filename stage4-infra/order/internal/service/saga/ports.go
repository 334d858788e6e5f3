package saga

import (
	"context"
	"time"

	"shop/order/internal/domain"
)

// Repository keeps sagas together with their orders. It works inside the transaction of ctx.
type Repository interface {
	// Create stores a new saga and the changes of its order.
	Create(ctx context.Context, s *Saga) error
	// Save stores the changes of the saga and of its order. When one of them was changed since it was loaded, the transaction runs again.
	Save(ctx context.Context, s *Saga) error
}

// Open is what an operator sees of a saga that is in progress or has failed.
type Open struct {
	Type        string `json:"type"`
	OrderID     string `json:"order_id"`
	Status      Status `json:"status"`
	CurrentStep string `json:"current_step"`
	// Failure is why the saga is undone or has failed, Error what is wrong with its current step; empty if there is nothing.
	Failure   string    `json:"failure"`
	Error     string    `json:"error"`
	StartedAt time.Time `json:"started_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Count is how many sagas of a type are in a status, and how many of them have been open for too long.
type Count struct {
	Type   string
	Status Status
	N      int64
	Stuck  int64
}

// Commands tells other services what to do, inside the transaction that makes the saga wait for the reply. A command may be repeated with
// the same saga id and step: the other service does it once, and replies again.
type Commands interface {
	Reserve(ctx context.Context, sagaID, step string, order *domain.Order) error
	Release(ctx context.Context, sagaID, step string, order *domain.Order) error
	Ship(ctx context.Context, sagaID, step string, order *domain.Order) error
	Deduct(ctx context.Context, sagaID, step string, order *domain.Order) error
	Refund(ctx context.Context, sagaID, step string, order *domain.Order) error
}

// EventPublisher publishes events, inside the transaction that makes them true.
type EventPublisher interface {
	Publish(ctx context.Context, events ...domain.Event) error
}

// Reporter reports what became of sagas, once the transaction of ctx has committed.
type Reporter interface {
	SagaBegun(ctx context.Context, s *Saga)
	SagaSettled(ctx context.Context, s *Saga)
}
