package grpcclient

import (
	"context"
	"time"
)

func withOverhead(ctx context.Context, overhead time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 5*time.Second)
}
