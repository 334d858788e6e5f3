package usecase

import (
	"context"

	"github.com/google/uuid"
)

func (u *RebuildOrderList) copy(ctx context.Context, generation int32) (copied int, err error) {
	after := uuid.Nil.String()
	for {
		changes, err := u.list.Copy(ctx, generation, after, u.cfg.Batch)
		if err != nil {
			return copied, err
		}
		copied += len(changes)
		if len(changes) < int(u.cfg.Batch) {
			return copied, nil
		}
		after = changes[len(changes)-1].OrderID
		if err := u.pause(ctx); err != nil {
			return copied, err
		}
	}
}
