package saga

import (
	"context"
)

func (e *Engine) save(ctx context.Context, s *Saga) error {
	return e.sagas.Save(ctx, s)
}
