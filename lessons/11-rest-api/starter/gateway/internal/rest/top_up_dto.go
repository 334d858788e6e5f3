package rest

// TODO: the limits of the description.
type topUpBody struct {
	MinorUnits int64  `json:"minor_units"`
	Currency   string `json:"currency"`
	// Source is the token of a card; without it, the card that the provider has on file is charged.
	Source string `json:"source"`
}
