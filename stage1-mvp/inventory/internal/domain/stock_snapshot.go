package domain

import "time"

// StockSnapshot is a stock as it is stored. Only a repository has use for it.
type StockSnapshot struct {
	SKU       SKU
	Available int64
	Reserved  int64
	Version   int64
	UpdatedAt time.Time
}

// RestoreStock brings back a stored stock. It checks nothing: what is stored was valid.
func RestoreStock(s StockSnapshot) *Stock {
	return &Stock{sku: s.SKU, available: s.Available, reserved: s.Reserved, version: s.Version, updatedAt: s.UpdatedAt}
}

// SKU returns which article this is.
func (s *Stock) SKU() SKU { return s.sku }

// Available returns how many pieces are free to sell.
func (s *Stock) Available() int64 { return s.available }

// Reserved returns how many pieces are held for orders.
func (s *Stock) Reserved() int64 { return s.reserved }

// Version returns how many times the stock was stored; the optimistic lock.
func (s *Stock) Version() int64 { return s.version }

// UpdatedAt returns when the stock last changed.
func (s *Stock) UpdatedAt() time.Time { return s.updatedAt }
