// Package usecase is what order does for others, one use case per file.
package usecase

import (
	"context"
	"encoding/json"

	"stagecraft/stage1-mvp/order/internal/domain"
)

// Transactor runs a function in a transaction, perhaps several times.
type Transactor interface {
	WithTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// Requests remembers which requests were accepted and what they were answered. It works inside the transaction of ctx.
type Requests interface {
	Once(
		ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
	) (result json.RawMessage, replayed bool, err error)
	Settle(ctx context.Context, scope, key string, result json.RawMessage) error
	Lookup(ctx context.Context, scope, key string, hash []byte) (json.RawMessage, error)
}

// Journal is told what was committed.
type Journal interface {
	OrderChanged(ctx context.Context, order *domain.Order)
}
