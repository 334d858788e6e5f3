package domain

import (
	"fmt"
	"time"
)

// CancelCode is the machine's word for why an order was cancelled.
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

// CancelPaid gives up an order whose purchase has ended well, because somebody asked for it. While the purchase runs only its own saga may
// cancel, so until then it is ErrPurchaseRunning; ErrInvalidTransition when it is too late.
func (o *Order) CancelPaid(code CancelCode, reason string, now time.Time) error {
	if o.status == StatusPending || o.status == StatusConfirmed {
		return fmt.Errorf("%w: it is %s", ErrPurchaseRunning, o.status)
	}
	return o.Cancel(code, reason, now)
}
