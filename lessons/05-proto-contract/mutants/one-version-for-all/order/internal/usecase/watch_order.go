package usecase

import (
	"context"
	"sync"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

// WatchOrder shows an order now, and again after each change.
type WatchOrder struct {
	cfg WatchConfig
	get *GetOrder

	mu   sync.Mutex
	sent map[string]int64
}

// NewWatchOrder returns the use case.
func NewWatchOrder(cfg WatchConfig, get *GetOrder) *WatchOrder {
	return &WatchOrder{cfg: cfg, get: get, sent: map[string]int64{}}
}

// Execute calls send with the order now and after each change, until its status is final, send fails, or ctx ends.
func (u *WatchOrder) Execute(ctx context.Context, caller dto.Caller, id string, send func(query.Order) error) error {
	ticker := time.NewTicker(u.cfg.Interval)
	defer ticker.Stop()
	for {
		order, err := u.get.Execute(ctx, caller, id)
		if err != nil {
			return err
		}
		u.mu.Lock()
		changed := u.sent[id] != order.Version
		u.sent[id] = order.Version
		u.mu.Unlock()
		if changed {
			if err := send(order); err != nil {
				return err
			}
		}
		if domain.OrderStatus(order.Status).IsFinal() {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
