package usecase

import (
	"context"
	"errors"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

// WatchConfig is the part of the environment that is about watching.
type WatchConfig struct {
	Interval time.Duration `env:"ORDER_WATCH_INTERVAL" default:"500ms"`
}

// Validate refuses polling without a pause.
func (c *WatchConfig) Validate() error {
	if c.Interval <= 0 {
		return errors.New("ORDER_WATCH_INTERVAL must be positive")
	}
	return nil
}

// WatchOrder shows an order now, and again after each change.
type WatchOrder struct {
	cfg WatchConfig
	get *GetOrder
}

// NewWatchOrder returns the use case.
func NewWatchOrder(cfg WatchConfig, get *GetOrder) *WatchOrder {
	return &WatchOrder{cfg: cfg, get: get}
}

// Execute calls send with the order now and after each change, until its status is final, send fails, or ctx ends.
func (u *WatchOrder) Execute(ctx context.Context, caller dto.Caller, id string, send func(query.Order) error) error {
	ticker := time.NewTicker(u.cfg.Interval)
	defer ticker.Stop()
	for version := int64(0); ; {
		order, err := u.get.Execute(ctx, caller, id)
		if err != nil {
			return err
		}
		if order.Version != version {
			version = order.Version
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
