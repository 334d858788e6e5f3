package domain

// Sales are the sales of one day. An order belongs to the day on which it was paid, even if it is cancelled later: then it is also among
// the cancellations of that later day.
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

// SoldSKU is how much was sold of one SKU in one currency.
type SoldSKU struct {
	SKU    string
	Pieces int64
	Total  Money
}

// Cancelled is what was cancelled for one reason in one currency, whether it had been paid or not. A total beyond int64 is shown as its end.
type Cancelled struct {
	Code   CancelCode
	Orders int64
	Total  Money
}
