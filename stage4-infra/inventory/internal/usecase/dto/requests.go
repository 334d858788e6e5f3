package dto

// AdjustStock is a delivery (positive) or a correction, with who asks for it and under which key.
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

// Step names a step of a saga, and the order that the saga is about.
type Step struct {
	SagaID   string
	StepName string
	OrderID  string
}

// Reserve asks for all items of one order.
type Reserve struct {
	Step
	Items []Item
}

// Reservation is what Reserve returns. It is also stored, as the answer of the step: change its JSON only by adding.
type Reservation struct {
	ID string `json:"id"`
}
