package dto

// AdjustStock is a delivery (positive) or a correction, by whom, under which key.
type AdjustStock struct {
	CallerID       string
	IdempotencyKey string
	SKU            string
	Delta          int64
}

// Adjusted is the answer to AdjustStock. Replayed says that the change was made by an earlier request with the same key.
type Adjusted struct {
	Stock    Stock
	Replayed bool
}

// Item is a quantity of one SKU.
type Item struct {
	SKU      string
	Quantity int32
}

// Reserve asks for all items of one order, as a step of a saga.
type Reserve struct {
	SagaID   string
	StepName string
	OrderID  string
	Items    []Item
}

// Reservation is what holds them. It is also stored, as the answer of the step: change its JSON only by adding.
type Reservation struct {
	ID string `json:"id"`
}

// Release names the step that is to be undone.
type Release struct {
	SagaID   string
	StepName string
	OrderID  string
}
