package rest

import (
	orderv1 "shop/gen/order/v1"
)

type expectedTotal struct {
	// A pointer: zero is an amount, absent is not.
	MinorUnits int64  `json:"minor_units" binding:"required,min=0"`
	Currency   string `json:"currency" binding:"required,len=3,alpha,uppercase"`
}

func toExpectedTotal(total *expectedTotal) *orderv1.Money {
	if total == nil {
		return nil
	}
	return &orderv1.Money{MinorUnits: total.MinorUnits, Currency: total.Currency}
}
