package usecase

import (
	"context"
	"encoding/json"

	"shop/order/internal/service/saga"
)

// drive runs the saga in the background and waits for its end. The answer is nil if another worker has claimed the saga.
func (r *SagaRequests) drive(ctx context.Context, s *saga.Saga) (json.RawMessage, error) {
	select {
	case err := <-r.background.Go(ctx, s):
		switch {
		case err != nil:
			return nil, inProgress(err)
		}
		return s.Answer, nil
	case <-ctx.Done():
		return nil, inProgress(ctx.Err())
	}
}
