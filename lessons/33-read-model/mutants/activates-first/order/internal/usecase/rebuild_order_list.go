package usecase

import (
	"context"

	"shop/platform/errs"
)

func (u *RebuildOrderList) Execute(ctx context.Context) error {
	generation, err := u.list.Begin(ctx)
	if err != nil {
		return err
	}
	activated, err := u.list.Activate(ctx, generation)
	if err != nil {
		return err
	}
	if !activated {
		return errs.New(errs.Aborted, "REBUILD_REPLACED", "another rebuild has started")
	}
	if _, err := u.copy(ctx, generation); err != nil {
		return err
	}
	return u.deleteOld(ctx)
}
