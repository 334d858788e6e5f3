package rest

import orderv1 "shop/gen/order/v1"

// TODO: the limits of the description, also those of the types inside.
type createOrderBody struct {
	Items []createOrderItem `json:"items"`
	// ExpectedTotal is what the buyer was shown; nil if they accept any total.
	ExpectedTotal *expectedTotal `json:"expected_total"`
}

type expectedTotal struct {
	MinorUnits int64  `json:"minor_units"`
	Currency   string `json:"currency"`
}

type createOrderItem struct {
	SKU      string `json:"sku"`
	Quantity int32  `json:"quantity"`
}

func toExpectedTotal(total *expectedTotal) *orderv1.Money {
	if total == nil {
		return nil
	}
	return &orderv1.Money{MinorUnits: total.MinorUnits, Currency: total.Currency}
}
