package saga

import (
	"context"
)

func (c Config) attempt(ctx context.Context, call func(ctx context.Context) error) error {
	return call(ctx)
}
