package postgres

import (
	"context"
)

func AfterCommit(ctx context.Context, fn func(ctx context.Context)) {
	fn(ctx)
}
