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

// EventPublisher publishes events, inside the transaction that makes them true.
type EventPublisher interface {
	Publish(ctx context.Context, events ...domain.Event) error
}

// Sagas drives new sagas in the background.
type Sagas interface {
	// Go begins to drive the saga. The channel gets the error with which the driver ends, nil if the saga is settled.
	Go(ctx context.Context, s *saga.Saga) <-chan error
	// Ended returns a channel that is closed when the saga of this request is not driven here any more; nil if it is not driven here.
	Ended(request saga.Request) <-chan struct{}
}

// Catalogue knows what is for sale. Inventory owns it.
type Catalogue interface {
	// Products returns the products of the SKUs, in the same order; NotFound if one does not exist.
	Products(ctx context.Context, skus []string) ([]Product, error)
}

// Product is an entry of the catalogue.
type Product struct {
	SKU       string
	Name      string
	UnitPrice domain.Money
}
