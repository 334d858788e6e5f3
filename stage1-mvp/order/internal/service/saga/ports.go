package saga

import (
	"context"
	"encoding/json"
	"time"

	"shop/order/internal/domain"
)

// Transactor runs a function in a transaction, perhaps several times.
type Transactor interface {
	WithTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// Repository keeps sagas together with their orders. It works inside the transaction of ctx when there is one.
type Repository interface {
	// Create stores a new saga and the changes of its order.
	Create(ctx context.Context, s *Saga) error
	// Save stores the changes of the saga and of its order, and its answer, if the version of s is still the stored one, and raises the
	// stored version by one; otherwise it returns ErrLost. It leaves s as it is.
	Save(ctx context.Context, s *Saga) error
	// ListStale returns unsettled sagas that were not stored for this long, the oldest first.
	ListStale(ctx context.Context, staleAfter time.Duration, limit int) ([]Stale, error)
	// CountUnsettled returns how many sagas of each type are in progress; types that have none may be missing.
	CountUnsettled(ctx context.Context) (map[string]int64, error)
	// Claim makes the caller the driver of the saga if it still is as it was seen, and returns it; otherwise ErrLost.
	Claim(ctx context.Context, stale Stale) (*Saga, error)
}

// Stale is a saga that no driver has stored for a while, as it was when it was listed.
type Stale struct {
	ID        string
	Version   int64
	UpdatedAt time.Time
}

// EventPublisher publishes events, inside the transaction that makes them true.
type EventPublisher interface {
	Publish(ctx context.Context, events ...domain.Event) error
}

// Metrics counts sagas that are settled.
type Metrics interface {
	SagaSettled(sagaType string, status Status)
}

// Answers makes the answers to the requests that sagas settle, in the form in which they are stored.
type Answers interface {
	// Purchase returns the paid order, or the error that says why it was cancelled.
	Purchase(order *domain.Order) (json.RawMessage, error)
	// Forward returns the order, or the error that says that the saga failed; an empty failure is a success.
	Forward(order *domain.Order, failure Failure) (json.RawMessage, error)
}

// Inventory is what sagas need of the inventory service. All calls may be repeated with the same saga id and step.
type Inventory interface {
	Reserve(ctx context.Context, sagaID, step string, order *domain.Order) error
	Release(ctx context.Context, sagaID, step string, order *domain.Order) error
	Ship(ctx context.Context, sagaID, step string, order *domain.Order) error
}

// Wallet is what sagas need of the wallet service. All calls may be repeated with the same saga id and step.
type Wallet interface {
	Deduct(ctx context.Context, sagaID, step string, order *domain.Order) error
	Refund(ctx context.Context, sagaID, step string, order *domain.Order) error
}
