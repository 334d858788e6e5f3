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
		createdAt: now,
		updatedAt: now,
	}
	o.record(OrderCreated{EventMeta: o.nextEvent(now), OrderID: id, BuyerID: buyerID, Items: slices.Clone(items), Total: total})
	return o, nil
}

// Confirm says that the stock is reserved.
func (o *Order) Confirm(now time.Time) error {
	if err := o.transition(StatusConfirmed, now); err != nil {
		return err
	}
	o.record(OrderConfirmed{EventMeta: o.nextEvent(now), OrderID: o.id})
	return nil
}

// MarkPaid says that the money is taken.
func (o *Order) MarkPaid(now time.Time) error {
	if err := o.transition(StatusPaid, now); err != nil {
		return err
	}
	o.record(OrderPaid{EventMeta: o.nextEvent(now), OrderID: o.id, Total: o.total})
	return nil
}

// Ship says that the goods have left.
func (o *Order) Ship(now time.Time) error {
	if err := o.transition(StatusShipped, now); err != nil {
		return err
	}
	o.record(OrderShipped{EventMeta: o.nextEvent(now), OrderID: o.id})
	return nil
}

// Cancel gives the order up. The reason is for people, the code for programs.
func (o *Order) Cancel(code CancelCode, reason string, now time.Time) error {
	if err := o.transition(StatusCancelled, now); err != nil {
		return err
	}
	o.cancelCode, o.cancelReason = code, reason
	o.record(OrderCancelled{EventMeta: o.nextEvent(now), OrderID: o.id, Code: code, Reason: reason})
	return nil
}

// Clone returns a copy that shares nothing with o.
func (o *Order) Clone() *Order {
	clone := *o
	clone.items, clone.events = slices.Clone(o.items), slices.Clone(o.events)
	return &clone
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

// OrderRepository keeps orders. It works inside the transaction of ctx when there is one.
type OrderRepository interface {
	// Get returns the order, or ErrOrderNotFound.
	Get(ctx context.Context, id string) (*Order, error)
	// Save stores a new order, or the changes of one if its row still has the version at which it was loaded; ErrOrderNotFound if the row
	// is gone. A stale order is an error that makes the whole transaction run again. Call ClearEvents after the commit, before the next
	// change.
	Save(ctx context.Context, o *Order) error
}
