package paymentsim

import "time"

// The states of a charge.
const (
	Succeeded = "succeeded"
	Declined  = "declined"
	Voided    = "voided"
)

// Cards that are declined. Every other card works, and so does an empty one, which means the card on file.
const (
	CardDeclined = "tok_declined"
	CardPoor     = "tok_insufficient_funds"
)

// Charge is a charge of a card. Amounts are in minor units.
type Charge struct {
	Key         string    `json:"key"`
	Status      string    `json:"status"`
	Amount      int64     `json:"amount"`
	Currency    string    `json:"currency"`
	Reference   string    `json:"reference"`
	Customer    string    `json:"customer"`
	Source      string    `json:"source"`
	DeclineCode string    `json:"decline_code,omitempty"`
	Created     time.Time `json:"created"`
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
