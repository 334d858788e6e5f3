package usecase

import (
	"context"
	"errors"
)

// Execute sends the last command of the order's open saga again. It is NotFound when the order has none.
func (u *ResumeSaga) Execute(ctx context.Context, id string) error {
	// TODO: lock the open saga of the order and let u.sagas.Resume move it.
	return errors.New("resume is not implemented yet")
}
