package usecase

import (
	"context"
)

func (u *RebuildOrderList) deleteOld(ctx context.Context) error {
	_, err := u.list.DeleteOld(ctx, u.cfg.Batch)
	return err
}
