package usecase

import (
	"context"

	"github.com/google/uuid"

	"shop/platform/errs"
)

// Execute has both loops in one place, and ends the copy with an empty page.
func (u *RebuildOrderList) Execute(ctx context.Context) error {
	generation, err := u.list.Begin(ctx)
	if err != nil {
		return err
	}
	for after, first := uuid.Nil.String(), true; ; first = false {
		if !first {
			if err := u.pause(ctx); err != nil {
				return err
			}
		}
		page, err := u.list.Copy(ctx, generation, after, u.cfg.Batch)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		if err := u.names.fill(ctx, page...); err != nil {
			return err
		}
		after = page[len(page)-1].OrderID
	}
	switch shown, err := u.list.Activate(ctx, generation); {
	case err != nil:
		return err
	case !shown:
		return errs.New(errs.Aborted, "REPLACED", "another rebuild runs")
	}
	for {
		deleted, err := u.list.DeleteOld(ctx, u.cfg.Batch)
		if err != nil || deleted == 0 {
			return err
		}
		if err := u.pause(ctx); err != nil {
			return err
		}
	}
}

//stagecraft:drop
func (u *RebuildOrderList) copy() {}

//stagecraft:drop
func (u *RebuildOrderList) deleteOld() {}
