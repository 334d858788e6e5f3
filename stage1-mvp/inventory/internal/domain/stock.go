package domain

import (
	"context"
	"fmt"
	"time"
)

const (
	// MaxAvailable is the most that may be available of one SKU. It is far below the end of int64, so that sums cannot overflow.
	MaxAvailable int64 = 1_000_000_000_000
	maxDelta     int64 = 1_000_000_000
	maxQuantity  int32 = 1_000_000
)

// Stock is how much of one SKU is free to sell and how much is held for orders.
type Stock struct {
	sku       SKU
	available int64
	reserved  int64
	version   int64
	updatedAt time.Time
}

// Hold moves quantity from available to reserved, or returns ErrInsufficientStock and changes nothing.
func (s *Stock) Hold(quantity int32, now time.Time) error {
	if quantity < 1 || quantity > maxQuantity {
		return fmt.Errorf("%w: %d of %s", ErrInvalidQuantity, quantity, s.sku)
	}
	if s.available < int64(quantity) {
		return fmt.Errorf("%w: %d of %s asked for, %d available", ErrInsufficientStock, quantity, s.sku, s.available)
	}
	s.available -= int64(quantity)
	s.reserved += int64(quantity)
	s.updatedAt = now
	return nil
}

// Return moves quantity back from reserved to available.
func (s *Stock) Return(quantity int32, now time.Time) error {
	if quantity < 1 || int64(quantity) > s.reserved {
		return fmt.Errorf("%w: %d of %s to return, %d reserved", ErrInvalidQuantity, quantity, s.sku, s.reserved)
	}
	s.available += int64(quantity)
	s.reserved -= int64(quantity)
	s.updatedAt = now
	return nil
}

// CheckDelta refuses a change that cannot be a real delivery or correction.
func CheckDelta(delta int64) error {
	if delta == 0 || delta > maxDelta || delta < -maxDelta {
		return fmt.Errorf("%w: %d", ErrInvalidDelta, delta)
	}
	return nil
}

// StockRepository keeps stocks. It works inside the transaction of ctx when there is one.
type StockRepository interface {
	// Get returns the stock of one SKU, or ErrStockNotFound.
	Get(ctx context.Context, sku SKU) (*Stock, error)
	// LockAll locks and returns the stocks of these SKUs, always in the order of their names, so that two callers cannot deadlock. A
	// missing SKU is ErrStockNotFound.
	LockAll(ctx context.Context, skus []SKU) ([]*Stock, error)
	// Update stores what Hold and Return changed. A stale stock is an error that makes the whole transaction run again.
	Update(ctx context.Context, stock *Stock) error
	// Adjust adds delta to what is available now, whatever an earlier read said; a first delivery creates the SKU. A result below zero is
	// ErrInsufficientStock, one above MaxAvailable ErrStockFull; neither changes anything.
	Adjust(ctx context.Context, sku SKU, delta int64, now time.Time) (*Stock, error)
}
