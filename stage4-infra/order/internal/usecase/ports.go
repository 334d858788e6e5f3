// Package usecase has the operations that order offers, one use case per file.
package usecase

import (
	"context"
	"encoding/json"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
)

// Transactor runs a function in a transaction, perhaps several times.
type Transactor interface {
	WithTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// Requests remembers which requests were accepted and their answers. It works inside the transaction of ctx.
type Requests interface {
	Once(
		ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
	) (result json.RawMessage, replayed bool, err error)
	Lookup(ctx context.Context, scope, key string, hash []byte) (json.RawMessage, error)
}

// ProcessedEvents deletes stored answers that are older than the retention, at most limit of them.
type ProcessedEvents interface {
	Prune(ctx context.Context, retention time.Duration, limit int) (deleted int, err error)
}

// Sagas moves sagas, inside the transaction of ctx.
type Sagas interface {
	// Begin stores a new saga with its order, and sends its first command.
	Begin(ctx context.Context, s *saga.Saga) error
	// Apply moves a locked saga by one reply, and reports whether the saga has waited for it.
	Apply(ctx context.Context, s *saga.Saga, reply saga.Reply) (bool, error)
	// Undo begins to undo a locked purchase that runs.
	Undo(ctx context.Context, s *saga.Saga, failure saga.Failure) error
	// TimeOut moves a locked saga that has waited too long for a reply.
	TimeOut(ctx context.Context, s *saga.Saga) error
	// Resume sends the last command of a locked saga again.
	Resume(ctx context.Context, s *saga.Saga) error
}

// OpenSagas finds sagas that are in progress or have failed. It works inside the transaction of ctx.
type OpenSagas interface {
	// Lock returns the open saga of the order, with the order, or saga.ErrNotFound. Nothing else moves the saga until the transaction ends.
	Lock(ctx context.Context, orderID string) (*saga.Saga, error)
	// LockStale returns the saga as Lock does, but only if it is unsettled, was not stored for this long, and is not locked.
	LockStale(ctx context.Context, orderID string, staleAfter time.Duration) (*saga.Saga, error)
	// ListStale returns the orders of unsettled sagas that were not stored for this long, the oldest first.
	ListStale(ctx context.Context, staleAfter time.Duration, limit int) (orderIDs []string, err error)
	// CountOpen returns how many sagas are open, and how many of them for longer than stuckAfter. Types and statuses that have none may be
	// missing.
	CountOpen(ctx context.Context, stuckAfter time.Duration) ([]saga.Count, error)
}

// Catalogue knows what is for sale. Inventory owns it, and prices here may be some seconds old.
type Catalogue interface {
	// Products returns the products of the SKUs, in the same order; NotFound if one does not exist.
	Products(ctx context.Context, skus []string) ([]Product, error)
}

// CachedCatalogue is a Catalogue that keeps copies.
type CachedCatalogue interface {
	Catalogue
	// Forget makes Products ask inventory for these SKUs again.
	Forget(ctx context.Context, skus ...string) error
}

// Product is an entry of the catalogue.
type Product struct {
	SKU       string
	Name      string
	UnitPrice domain.Money
}
