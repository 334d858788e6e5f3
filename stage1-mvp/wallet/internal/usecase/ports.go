// Package usecase is what wallet does for others, one file for each thing.
package usecase

import (
	"context"
	"encoding/json"

	"stagecraft/stage1-mvp/platform/idempotency"
)

// TxManager runs a function in a transaction: all of it happens, or nothing.
type TxManager interface {
	WithTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// Requests makes a request with a key safe to repeat.
type Requests interface {
	Once(
		ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
	) (result json.RawMessage, replayed bool, err error)
}

// Barrier makes the steps of a saga safe to repeat and to arrive in any order.
type Barrier interface {
	Act(
		ctx context.Context, step idempotency.Step, hash []byte, fn func(ctx context.Context) (any, error),
	) (json.RawMessage, error)
	Compensate(ctx context.Context, step idempotency.Step, undo func(ctx context.Context) error) (undone bool, err error)
}
