package domain

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// MaxItems is the most lines that one order can have.
const MaxItems = 100

// Order is the aggregate: all its changes go through its methods, which keep it valid and collect what happened as events.
type Order struct {
	id           string
	buyerID      string
	status       OrderStatus
	items        []Item
	total        Money
	cancelCode   CancelCode
	cancelReason string
	version      int64
	createdAt    time.Time
	updatedAt    time.Time
	events       []Event
}

// NewOrder returns a Pending order of at least one item, all in one currency and each SKU once. The errors are ErrInvalidOrder,
// ErrCurrencyMismatch and ErrAmountOverflow.
func NewOrder(id, buyerID string, items []Item, now time.Time) (*Order, error) {
	if id == "" || buyerID == "" {
		return nil, fmt.Errorf("%w: id and buyer are required", ErrInvalidOrder)
	}
	if len(items) == 0 || len(items) > MaxItems {
		return nil, fmt.Errorf("%w: %d items, not between 1 and %d", ErrInvalidOrder, len(items), MaxItems)
	}
	total, err := sum(items)
	if err != nil {
		return nil, err
	}
	if total.IsZero() {
		return nil, fmt.Errorf("%w: the total is zero", ErrInvalidOrder)
	}
	o := &Order{
		id:        id,
		buyerID:   buyerID,
		status:    StatusPending,
		items:     slices.Clone(items),
		total:     total,
		version:   1,
		createdAt: now,
		updatedAt: now,
	}
	o.record(OrderCreated{OrderID: id, BuyerID: buyerID, Total: total, OccurredAt: now})
	return o, nil
}

// Confirm says that the stock is reserved.
func (o *Order) Confirm(now time.Time) error {
	if err := o.transition(StatusConfirmed, now); err != nil {
		return err
	}
	o.record(OrderConfirmed{OrderID: o.id, OccurredAt: now})
	return nil
}

// MarkPaid says that the money is taken.
func (o *Order) MarkPaid(now time.Time) error {
	if err := o.transition(StatusPaid, now); err != nil {
		return err
	}
	o.record(OrderPaid{OrderID: o.id, Total: o.total, OccurredAt: now})
	return nil
}

// Ship says that the goods have left.
func (o *Order) Ship(now time.Time) error {
	if err := o.transition(StatusShipped, now); err != nil {
		return err
	}
	o.record(OrderShipped{OrderID: o.id, OccurredAt: now})
	return nil
}

// Cancel gives the order up. The reason is for people, the code for programs.
func (o *Order) Cancel(code CancelCode, reason string, now time.Time) error {
	if err := o.transition(StatusCancelled, now); err != nil {
		return err
	}
	o.cancelCode, o.cancelReason = code, reason
	o.record(OrderCancelled{OrderID: o.id, Code: code, Reason: reason, OccurredAt: now})
	return nil
}

// Events returns what happened since the order was made or loaded, oldest first. The slice is the caller's own.
func (o *Order) Events() []Event { return slices.Clone(o.events) }

// ClearEvents forgets the collected events. Call it only after they are committed.
func (o *Order) ClearEvents() { o.events = nil }

func (o *Order) transition(to OrderStatus, now time.Time) error {
	if !o.status.CanTransitionTo(to) {
		return fmt.Errorf("%w: %s to %s", ErrInvalidTransition, o.status, to)
	}
	o.status = to
	o.updatedAt = now
	return nil
}

func (o *Order) record(e Event) { o.events = append(o.events, e) }

func sum(items []Item) (Money, error) {
	total := Money{currency: items[0].unitPrice.currency}
	seen := make(map[string]bool, len(items))
	for _, item := range items {
		if seen[item.sku] {
			return Money{}, fmt.Errorf("%w: %q is listed twice", ErrInvalidOrder, item.sku)
		}
		seen[item.sku] = true
		subtotal, err := item.Subtotal()
		if err != nil {
			return Money{}, err
		}
		if total, err = total.Add(subtotal); err != nil {
			return Money{}, err
		}
	}
	return total, nil
}

// Place is where an order stands among all orders of its buyer: by time of creation, then by id.
type Place struct {
	CreatedAt time.Time
	ID        string
}

// OrderRepository keeps orders. It works inside the transaction of ctx when there is one.
type OrderRepository interface {
	// Create stores a new order.
	Create(ctx context.Context, o *Order) error
	// Get returns the order, or ErrOrderNotFound.
	Get(ctx context.Context, id string) (*Order, error)
	// GetAll returns those of the orders that exist, in any order.
	GetAll(ctx context.Context, ids []string) ([]*Order, error)
	// Update stores the changed order if nobody else changed it since it was loaded, and raises its version; ErrOrderNotFound if it
	// is gone. A stale order is an error that makes the whole transaction run again.
	Update(ctx context.Context, o *Order) error
	// ListByBuyer returns at most limit orders of one buyer, newest first, that come after the given place.
	ListByBuyer(ctx context.Context, buyerID string, after *Place, limit int) ([]*Order, error)
	// ListAll returns one page of everybody's orders.
	ListAll(ctx context.Context, page Page) ([]*Order, error)
	// CountAll returns how many orders are in this status, or in any if it is StatusUnspecified.
	CountAll(ctx context.Context, status OrderStatus) (int64, error)
}
