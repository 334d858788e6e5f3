// Package usecase has the use cases of the inventory service, one per file.
package usecase

import (
	"context"
	"encoding/json"
	"time"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/usecase/dto"
	"shop/platform/idempotency"
)

// ProductQueries reads the catalogue.
type ProductQueries interface {
	// Find returns those of the products that exist, in any order.
	Find(ctx context.Context, skus []domain.SKU) ([]*domain.Product, error)
	// List returns up to size products in SKU order, from the first one after the given SKU; the empty SKU is before all.
	List(ctx context.Context, after domain.SKU, size int) ([]*domain.Product, error)
}

// Transactor runs a function in a transaction, perhaps several times.
type Transactor interface {
	WithTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// EventPublisher publishes events when the transaction of ctx commits.
type EventPublisher interface {
	Publish(ctx context.Context, events ...domain.Event) error
}

// Replies sends a reply when the transaction of ctx commits.
type Replies interface {
	Reply(ctx context.Context, reply dto.SagaReply) error
}

// Requests makes a request with a key safe to repeat. It works inside the transaction of ctx.
type Requests interface {
	Once(
		ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
	) (result json.RawMessage, replayed bool, err error)
}

// Barrier makes the steps of a saga safe to repeat and to arrive in any order. It works inside the transaction of ctx.
type Barrier interface {
	Act(
		ctx context.Context, step idempotency.Step, hash []byte, fn func(ctx context.Context) (any, error),
	) (json.RawMessage, error)
	Compensate(ctx context.Context, step idempotency.Step, undo func(ctx context.Context) error) (undone bool, err error)
}

// ProcessedEvents are the stored answers of Requests and Barrier.
type ProcessedEvents interface {
	// Prune deletes at most limit answers that are older than retention, and returns how many it deleted.
	Prune(ctx context.Context, retention time.Duration, limit int) (int, error)
}
