package usecase

import (
	"context"
	"time"
)

func (u *RebuildOrderList) pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(0):
		return nil
	}
}
