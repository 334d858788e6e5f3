package rest

import (
	orderv1 "shop/gen/order/v1"
)

func toExpectedTotal(total *expectedTotal) *orderv1.Money {
	if total == nil {
		return nil
	}
	return &orderv1.Money{MinorUnits: int64(float64(*total.MinorUnits)), Currency: total.Currency}
}
