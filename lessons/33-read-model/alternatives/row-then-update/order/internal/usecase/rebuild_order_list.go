package usecase

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"shop/platform/errs"
)

// Execute runs its steps one after the other.
func (u *RebuildOrderList) Execute(ctx context.Context) error {
	var generation int32
	steps := []func() error{
		func() (err error) { generation, err = u.list.Begin(ctx); return err },
		func() error { return u.copyAfter(ctx, generation, uuid.Nil.String()) },
		func() error {
			shown, err := u.list.Activate(ctx, generation)
			if err == nil && !shown {
				err = errs.New(errs.Aborted, "TOO_LATE", "generation %d has been given up", generation)
			}
			return err
		},
		func() error { return u.deleteOld(ctx) },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("step %d of the rebuild: %w", i+1, err)
		}
	}
	return nil
}

//stagecraft:drop
func (u *RebuildOrderList) copy() {}

//stagecraft:add
func (u *RebuildOrderList) copyAfter(ctx context.Context, generation int32, after string) error {
	page, err := u.list.Copy(ctx, generation, after, u.cfg.Batch)
	if err != nil {
		return err
	}
	if err := u.names.fill(ctx, page...); err != nil || len(page) < int(u.cfg.Batch) {
		return err
	}
	if err := u.pause(ctx); err != nil {
		return err
	}
	return u.copyAfter(ctx, generation, page[len(page)-1].OrderID)
}

func (u *RebuildOrderList) deleteOld(ctx context.Context) error {
	deleted, err := u.list.DeleteOld(ctx, u.cfg.Batch)
	for err == nil && deleted == int64(u.cfg.Batch) {
		if err = u.pause(ctx); err == nil {
			deleted, err = u.list.DeleteOld(ctx, u.cfg.Batch)
		}
	}
	return err
}
