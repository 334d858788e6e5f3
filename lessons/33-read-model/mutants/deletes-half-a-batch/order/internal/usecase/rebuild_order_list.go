package usecase

import (
	"context"
)

func (u *RebuildOrderList) deleteOld(ctx context.Context) error {
	for {
		deleted, err := u.list.DeleteOld(ctx, 1000)
		if err != nil || deleted < 1000 {
			return err
		}
		if err := u.pause(ctx); err != nil {
			return err
		}
	}
}
