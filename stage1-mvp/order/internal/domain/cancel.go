package domain

import (
	"fmt"
	"time"
)

// CancelCode says for programs why an order was cancelled.
type CancelCode string

const (
	CancelOutOfStock          CancelCode = "OUT_OF_STOCK"
	CancelInsufficientBalance CancelCode = "INSUFFICIENT_BALANCE"
	CancelRefused             CancelCode = "REFUSED"     // another service refused a step for another reason
	CancelUncertain           CancelCode = "UNCERTAIN"   // a step may or may not have happened, so it was undone
	CancelInterrupted         CancelCode = "INTERRUPTED" // the service died before the end, so what it did was undone
	CancelByBuyer             CancelCode = "BUYER_REQUEST"
	CancelByAdmin             CancelCode = "ADMIN_REQUEST"
)

// CancelPaid cancels an order on request, after its purchase has succeeded. While the purchase runs only its own saga may cancel the order,
// so until then the error is ErrPurchaseRunning; when it is too late, it is ErrInvalidTransition.
func (o *Order) CancelPaid(code CancelCode, reason string, now time.Time) error {
	if o.status == StatusPending || o.status == StatusConfirmed {
		return fmt.Errorf("%w: it is %s", ErrPurchaseRunning, o.status)
	}
	return o.Cancel(code, reason, now)
}
