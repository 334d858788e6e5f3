package query

import (
	"time"

	"shop/order/internal/domain"
)

// Payment is how far the money of an order has moved. It only rises.
type Payment int

const (
	PaymentNone Payment = iota
	PaymentDeducted
	PaymentRefunded
)

// OrderChange is what one event says about an order. Changes may arrive in any order, and more than once.
type OrderChange struct {
	OrderID string
	// Version counts the events of the order from 1. It is 0 for an event of another service, which says only Payment.
	Version int64
	Status  domain.OrderStatus
	At      time.Time
	// Created is what only the first event says; nil for all others.
	Created *CreatedOrder
	// CancelCode and CancelReason are what only the cancellation says. Its version 1 has no code.
	CancelCode, CancelReason string
	Payment                  Payment
}

// CreatedOrder is the part of an order that never changes.
type CreatedOrder struct {
	BuyerID    string
	Currency   string
	TotalMinor int64
	Items      []Item
	At         time.Time
}
