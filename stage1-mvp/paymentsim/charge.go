package paymentsim

import (
	"slices"
	"time"
)

// The states of a charge.
const (
	Succeeded = "succeeded"
	Declined  = "declined"
	Voided    = "voided"
)

// Cards that behave as their names say. Every other card works, and so does none: that means the card on file.
const (
	CardDeclined       = "tok_declined"
	CardPoor           = "tok_insufficient_funds"
	CardRefundDeclined = "tok_refund_declined"
)

// Charge is what was taken, or was to be taken, from a card. Amounts are in minor units.
type Charge struct {
	Key            string    `json:"key"`
	Status         string    `json:"status"`
	Amount         int64     `json:"amount"`
	AmountRefunded int64     `json:"amount_refunded"`
	Currency       string    `json:"currency"`
	Reference      string    `json:"reference"`
	Customer       string    `json:"customer"`
	Source         string    `json:"source"`
	DeclineCode    string    `json:"decline_code,omitempty"`
	Refunds        []Refund  `json:"refunds"`
	Created        time.Time `json:"created"`
}

// Refund is what was given back of a charge.
type Refund struct {
	Key    string `json:"key"`
	Charge string `json:"charge"`
	Amount int64  `json:"amount"`
	Status string `json:"status"`
}

// order is the part of a charge that the caller decides; the same key with another order is refused.
type order struct {
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	Reference string `json:"reference"`
	Customer  string `json:"customer"`
	Source    string `json:"source"`
}

func (c *Charge) order() order {
	return order{Amount: c.Amount, Currency: c.Currency, Reference: c.Reference, Customer: c.Customer, Source: c.Source}
}

func (c *Charge) copy() Charge {
	clone := *c
	clone.Refunds = slices.Clone(c.Refunds)
	return clone
}
