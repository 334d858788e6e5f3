package usecase

import (
	"context"
	"encoding/json"
	"errors"

	"shop/order/internal/service/saga"
)

// drive runs the saga in the background and waits for its end. The answer is nil if another worker has claimed the saga.
func (r *SagaRequests) drive(ctx context.Context, s *saga.Saga) (json.RawMessage, error) {
	ended := r.background.Go(ctx, s)
	var err error
	select {
	case <-ctx.Done():
		return nil, inProgress(context.Cause(ctx))
	case err = <-ended:
	}
	if err == nil {
		return s.Answer, nil
	}
	if errors.Is(err, saga.ErrLost) {
		return nil, nil
	}
	return nil, inProgress(err)
}
