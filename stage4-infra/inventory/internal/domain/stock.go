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

// Stock is how much of one SKU is available and how much is reserved for orders.
type Stock struct {
	sku       SKU
	available int64
	reserved  int64
	version   int64
	updatedAt time.Time
}

// Reserve moves quantity from available to reserved, or returns ErrInsufficientStock and changes nothing.
func (s *Stock) Reserve(quantity int32, now time.Time) error {
	if quantity < 1 || quantity > maxQuantity {
		return fmt.Errorf("%w: %d of %s", ErrInvalidQuantity, quantity, s.sku)
	}
	if s.available < int64(quantity) {
		return fmt.Errorf("%w: %d of %s requested, %d available", ErrInsufficientStock, quantity, s.sku, s.available)
	}
	s.available -= int64(quantity)
	s.reserved += int64(quantity)
	s.updatedAt = now
	return nil
}

// Release moves quantity back from reserved to available.
func (s *Stock) Release(quantity int32, now time.Time) error {
	if err := s.Ship(quantity, now); err != nil {
		return err
	}
	s.available += int64(quantity)
	return nil
}

// Ship takes quantity out of reserved: the pieces leave the warehouse.
func (s *Stock) Ship(quantity int32, now time.Time) error {
	if quantity < 1 || int64(quantity) > s.reserved {
		return fmt.Errorf("%w: %d of %s, %d reserved", ErrInvalidQuantity, quantity, s.sku, s.reserved)
	}
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

// StockSnapshot is a stock as it is stored. Only a repository uses it.
type StockSnapshot struct {
	SKU       SKU
	Available int64
	Reserved  int64
	Version   int64
	UpdatedAt time.Time
}

// RestoreStock returns a stored stock. It checks nothing: what is stored was valid.
func RestoreStock(s StockSnapshot) *Stock {
	return &Stock{sku: s.SKU, available: s.Available, reserved: s.Reserved, version: s.Version, updatedAt: s.UpdatedAt}
}

// SKU returns which article this is.
func (s *Stock) SKU() SKU { return s.sku }

// Available returns how many pieces can be sold.
func (s *Stock) Available() int64 { return s.available }

// Reserved returns how many pieces are reserved for orders.
func (s *Stock) Reserved() int64 { return s.reserved }

// Version returns how many times the stock was stored; the optimistic lock.
func (s *Stock) Version() int64 { return s.version }

// UpdatedAt returns when the stock last changed.
func (s *Stock) UpdatedAt() time.Time { return s.updatedAt }

// StockRepository stores stocks. It works inside the transaction of ctx when there is one.
type StockRepository interface {
	// Get returns the stock of one SKU, or ErrStockNotFound.
	Get(ctx context.Context, sku SKU) (*Stock, error)
	// LockAll locks and returns the stocks of these SKUs, always in SKU order, so that two callers cannot deadlock. A missing SKU is
	// ErrStockNotFound.
	LockAll(ctx context.Context, skus []SKU) ([]*Stock, error)
	// Adjust adds delta to what is available now, whatever an earlier read returned; the first delivery of a SKU creates its stock. A
	// result below zero is ErrInsufficientStock, one above MaxAvailable ErrStockFull; neither changes anything.
	Adjust(ctx context.Context, sku SKU, delta int64, now time.Time) (*Stock, error)
}
