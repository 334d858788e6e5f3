package usecase

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/logging"
	"shop/platform/postgres"
)

// Execute moves stale sagas, four at a time.
func (u *TimeOutSagas) Execute(ctx context.Context) (int, error) {
	stale, err := u.listStale(ctx)
	if err != nil {
		return 0, err
	}
	var moved atomic.Int64
	var workers sync.WaitGroup
	queue := make(chan string)
	for range 4 {
		workers.Go(func() {
			for orderID := range queue {
				if u.move(ctx, orderID) {
					moved.Add(1)
				}
			}
		})
	}
	for _, orderID := range stale {
		queue <- orderID
	}
	close(queue)
	workers.Wait()
	return int(moved.Load()), u.showOpen(ctx)
}

//stagecraft:add
func (u *TimeOutSagas) move(ctx context.Context, orderID string) bool {
	err := u.timeOut(ctx, orderID)
	if err != nil && !errors.Is(err, saga.ErrNotFound) && ctx.Err() == nil {
		logging.From(ctx).Warn("timeout", logging.Event("order.saga.timeout_failed"), zap.String("order_id", orderID), logging.Error(err))
	}
	return err == nil
}

func (u *TimeOutSagas) timeOut(ctx context.Context, orderID string) error {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
	defer cancel()
	return u.tx.WithTx(ctx, func(ctx context.Context) error {
		s, err := u.open.LockStale(ctx, orderID, u.cfg.StaleAfter)
		if err != nil {
			return err
		}
		postgres.AfterCommit(ctx, func(ctx context.Context) {
			logging.From(ctx).Warn("timeout", logging.Event("order.saga.timed_out"), zap.String("status", string(s.Status)),
				zap.String("order_id", orderID), zap.String("saga_id", s.ID), zap.String("saga_type", s.Type))
		})
		return u.sagas.TimeOut(ctx, s)
	})
}
