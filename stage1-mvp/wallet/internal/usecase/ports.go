// Package usecase is what wallet does for others, one use case per file.
package usecase

import (
	"context"
	"encoding/json"

	"stagecraft/stage1-mvp/platform/idempotency"
)

// Transactor runs a function in a transaction, perhaps several times.
type Transactor interface {
	WithTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// Requests makes a request with a key safe to repeat. It works inside the transaction of ctx.
type Requests interface {
	Once(
		ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
	) (result json.RawMessage, replayed bool, err error)
	Settle(ctx context.Context, scope, key string, result json.RawMessage) error
	Lookup(ctx context.Context, scope, key string, hash []byte) (json.RawMessage, error)
}

// Barrier makes the steps of a saga safe to repeat and to arrive in any order. It works inside the transaction of ctx.
type Barrier interface {
	Act(
		ctx context.Context, step idempotency.Step, hash []byte, fn func(ctx context.Context) (any, error),
	) (json.RawMessage, error)
	Compensate(ctx context.Context, step idempotency.Step, undo func(ctx context.Context) error) (undone bool, err error)
}
