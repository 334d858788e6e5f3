package publisher

import (
	"context"

	"shop/order/internal/service/saga"
)

// SagaSettled reports the end of a saga after the commit.
func (p *Sagas) SagaSettled(ctx context.Context, s *saga.Saga) {
	// TODO: the metrics and the log, when the transaction of ctx has committed.
}
