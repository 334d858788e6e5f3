package rest

type expectedTotal struct {
	// A pointer: zero is an amount, absent is not.
	MinorUnits *int64 `json:"minor_units" binding:"required"`
	Currency   string `json:"currency" binding:"required"`
}
