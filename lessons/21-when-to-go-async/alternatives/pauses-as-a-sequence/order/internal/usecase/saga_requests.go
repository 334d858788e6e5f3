package usecase

import (
	"context"
	"encoding/json"
	"errors"

	"shop/order/internal/service/saga"
)

// drive runs the saga in the background and waits for its end. The answer is nil if another worker has claimed the saga.
func (r *SagaRequests) drive(ctx context.Context, s *saga.Saga) (answer json.RawMessage, err error) {
	result := r.background.Go(ctx, s)
	for waiting := true; waiting; {
		select {
		case err = <-result:
			waiting = false
		case <-ctx.Done():
			return nil, inProgress(ctx.Err())
		}
	}
	switch lost := errors.Is(err, saga.ErrLost); {
	case lost:
		return nil, nil
	case err != nil:
		return nil, inProgress(err)
	default:
		return s.Answer, nil
	}
}
