package rest

import (
	orderv1 "shop/gen/order/v1"
)

//stagecraft:drop
func toExpectedTotal(total *expectedTotal) *orderv1.Money {
	if total == nil {
		return nil
	}
	return &orderv1.Money{MinorUnits: *total.MinorUnits, Currency: total.Currency}
}
