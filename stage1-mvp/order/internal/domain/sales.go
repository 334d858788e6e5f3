package domain

// Sales is what a day came to. An order belongs to the day on which it was paid, and that does not change when it is cancelled later: then
// it is among the cancellations of that later day.
type Sales struct {
	Day       Day
	Revenue   []Revenue
	TopSKUs   []SoldSKU
	Cancelled []Cancelled
}

// Revenue is what was paid in one currency.
type Revenue struct {
	Orders int64
	Total  Money
}

// SoldSKU is what was sold of one thing in one currency.
type SoldSKU struct {
	SKU    string
	Pieces int64
	Total  Money
}

// Cancelled is what was cancelled for one reason in one currency, paid before or not.
type Cancelled struct {
	Code   CancelCode
	Orders int64
	Total  Money
}
