package usecase

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"shop/order/internal/query"
	"shop/platform/errs"
	"shop/platform/logging"
)

// RebuildConfig limits the load that a rebuild causes.
type RebuildConfig struct {
	// Batch is how many orders are copied, or rows deleted, at once.
	Batch int32 `env:"REBUILD_BATCH" default:"1000"`
	// Pause is the time between two batches, left to others.
	Pause time.Duration `env:"REBUILD_PAUSE" default:"50ms"`
}

// Validate refuses a batch of nothing.
func (c *RebuildConfig) Validate() error {
	if c.Batch < 1 {
		return errors.New("REBUILD_BATCH must be at least 1")
	}
	return nil
}

// OrderList has the generations of the read model of lists. One is shown, and at most one is being built.
type OrderList interface {
	Projection
	Begin(ctx context.Context) (generation int32, err error)
	Copy(ctx context.Context, generation int32, after string, size int32) ([]query.OrderChange, error)
	Activate(ctx context.Context, generation int32) (bool, error)
	DeleteOld(ctx context.Context, limit int32) (int64, error)
}

// RebuildOrderList makes the read model of lists from scratch while the shop is open.
type RebuildOrderList struct {
	cfg   RebuildConfig
	list  OrderList
	names productNames
}

// NewRebuildOrderList returns the use case.
func NewRebuildOrderList(cfg RebuildConfig, list OrderList, catalogue Catalogue) *RebuildOrderList {
	return &RebuildOrderList{cfg: cfg, list: list, names: productNames{list, catalogue}}
}

// Execute fills a new generation from the orders and then shows it. Events that arrive meanwhile go to both generations, so the old one is
// right until the end and the new one from then on. An interrupted run leaves everything as it was; the next one starts again.
func (u *RebuildOrderList) Execute(ctx context.Context) error {
	generation, err := u.list.Begin(ctx)
	if err != nil {
		return err
	}
	copied, err := u.copy(ctx, generation)
	if err != nil {
		return err
	}
	activated, err := u.list.Activate(ctx, generation)
	if err != nil {
		return err
	}
	if !activated {
		return errs.New(errs.Aborted, "REBUILD_REPLACED", "another rebuild has started")
	}
	logging.From(ctx).Info("order list rebuilt", logging.Event("order.list.rebuilt"), zap.Int32("generation", generation),
		zap.Int("orders", copied))
	return u.deleteOld(ctx)
}

func (u *RebuildOrderList) copy(ctx context.Context, generation int32) (copied int, err error) {
	after := uuid.Nil.String()
	for {
		changes, err := u.list.Copy(ctx, generation, after, u.cfg.Batch)
		if err != nil {
			return copied, err
		}
		if err := u.names.fill(ctx, changes...); err != nil {
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

func (u *RebuildOrderList) deleteOld(ctx context.Context) error {
	for {
		deleted, err := u.list.DeleteOld(ctx, u.cfg.Batch)
		if err != nil || deleted < int64(u.cfg.Batch) {
			return err
		}
		if err := u.pause(ctx); err != nil {
			return err
		}
	}
}

func (u *RebuildOrderList) pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(u.cfg.Pause):
		return nil
	}
}
