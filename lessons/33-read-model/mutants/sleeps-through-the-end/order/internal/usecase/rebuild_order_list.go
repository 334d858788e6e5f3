package usecase

import (
	"context"
	"time"
)

func (u *RebuildOrderList) pause(ctx context.Context) error {
	time.Sleep(u.cfg.Pause)
	return ctx.Err()
}
