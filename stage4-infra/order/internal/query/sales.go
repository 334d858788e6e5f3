package query

// Sales are the sales of one day. An order belongs to the day on which it was paid, even if it is cancelled later: then it is also among
// the cancellations of that later day. Amounts are in minor units.
type Sales struct {
	Day       Day
	Revenue   []Revenue
	TopSKUs   []SoldSKU
	Cancelled []Cancelled
}

// Revenue is what was paid in one currency.
type Revenue struct {
	Currency   string
	Orders     int64
	MinorUnits int64
}

// SoldSKU is how much was sold of one SKU in one currency.
type SoldSKU struct {
	SKU, Currency string
	Pieces        int64
	MinorUnits    int64
}

// Cancelled is what was cancelled for one reason in one currency, paid or not. An amount beyond int64 is shown as the largest int64.
type Cancelled struct {
	Code, Currency string
	Orders         int64
	MinorUnits     int64
}
