package rest

// TODO: the limits of the description, also those of the types inside.
type createOrderBody struct {
	Items []createOrderItem `json:"items"`
	// ExpectedTotal is what the buyer was shown; nil if they accept any total.
	ExpectedTotal *expectedTotal `json:"expected_total"`
}

type expectedTotal struct {
	MinorUnits *int64 `json:"minor_units"`
	Currency   string `json:"currency"`
}

type createOrderItem struct {
	SKU      string `json:"sku"`
	Quantity int32  `json:"quantity"`
}
