package domain

// CancelCode says for programs why an order was cancelled.
type CancelCode string

const (
	CancelOutOfStock          CancelCode = "OUT_OF_STOCK"
	CancelInsufficientBalance CancelCode = "INSUFFICIENT_BALANCE"
	CancelRefused             CancelCode = "REFUSED"     // another service refused a step for another reason
	CancelUncertain           CancelCode = "UNCERTAIN"   // a step may or may not have happened, so it was undone
	CancelInterrupted         CancelCode = "INTERRUPTED" // the service stopped before the end, so what it did was undone
	CancelByBuyer             CancelCode = "BUYER_REQUEST"
	CancelByAdmin             CancelCode = "ADMIN_REQUEST"
)
