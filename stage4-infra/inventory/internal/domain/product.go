package domain

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxPrice times the most pieces of an order fits into an int64.
const (
	maxNameLength       = 200
	maxPrice      int64 = 10_000_000_000
)

// Product is an entry of the catalogue: what one SKU is called and what one piece of it costs.
type Product struct {
	sku       SKU
	name      string
	unitPrice Money
	version   int64
	createdAt time.Time
	updatedAt time.Time
	events    []Event
}

// NewProduct returns a product of version 1, or ErrInvalidName or ErrInvalidPrice.
func NewProduct(sku SKU, name string, unitPrice Money, now time.Time) (*Product, error) {
	if err := checkProduct(name, unitPrice); err != nil {
		return nil, err
	}
	p := &Product{sku: sku, createdAt: now}
	p.record(name, unitPrice, now)
	return p, nil
}

// Change replaces the name and the price, and returns false if they are what they were. Its errors are those of NewProduct.
func (p *Product) Change(name string, unitPrice Money, now time.Time) (changed bool, err error) {
	if err := checkProduct(name, unitPrice); err != nil {
		return false, err
	}
	if p.name == name && p.unitPrice == unitPrice {
		return false, nil
	}
	p.record(name, unitPrice, now)
	return true, nil
}

func (p *Product) record(name string, unitPrice Money, now time.Time) {
	p.name, p.unitPrice, p.updatedAt = name, unitPrice, now
	p.version++
	p.events = append(p.events, ProductChanged{
		EventMeta: newEventMeta("product:"+string(p.sku), p.version, now), SKU: p.sku, Name: name, UnitPrice: unitPrice,
	})
}

func checkProduct(name string, unitPrice Money) error {
	if strings.TrimSpace(name) == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxNameLength ||
		strings.ContainsFunc(name, unicode.IsControl) {
		return ErrInvalidName
	}
	if unitPrice.IsNegative() || unitPrice.MinorUnits() > maxPrice {
		return fmt.Errorf("%w: %s", ErrInvalidPrice, unitPrice)
	}
	return nil
}

// ProductSnapshot is a product as it is stored. Only a repository uses it.
type ProductSnapshot struct {
	SKU       SKU
	Name      string
	UnitPrice Money
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// RestoreProduct returns a stored product. It checks nothing: what is stored was valid.
func RestoreProduct(s ProductSnapshot) *Product {
	return &Product{
		sku: s.SKU, name: s.Name, unitPrice: s.UnitPrice, version: s.Version, createdAt: s.CreatedAt, updatedAt: s.UpdatedAt,
	}
}

// SKU returns which article this is.
func (p *Product) SKU() SKU { return p.sku }

// Name returns what people call it.
func (p *Product) Name() string { return p.name }

// UnitPrice returns the price of one piece.
func (p *Product) UnitPrice() Money { return p.unitPrice }

// Version starts at 1 and rises by one with each change; the optimistic lock.
func (p *Product) Version() int64 { return p.version }

// Events returns what has happened to it since it was loaded, oldest first.
func (p *Product) Events() []Event { return p.events }

// CreatedAt returns when the product entered the catalogue.
func (p *Product) CreatedAt() time.Time { return p.createdAt }

// UpdatedAt returns when the name or the price last changed.
func (p *Product) UpdatedAt() time.Time { return p.updatedAt }

// ProductRepository stores products. It works inside the transaction of ctx when there is one.
type ProductRepository interface {
	// Get returns one product, or ErrProductNotFound.
	Get(ctx context.Context, sku SKU) (*Product, error)
	// Create stores a new product. If another one was stored first, the error makes the whole transaction run again.
	Create(ctx context.Context, product *Product) error
	// Update stores what Change changed. If the product has changed since it was loaded, the error makes the whole transaction run again.
	Update(ctx context.Context, product *Product) error
}
