package payment

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/wallet/internal/domain"
)

// Book adds the money of a Charged payment to the wallet and marks the payment as Booked, in one transaction. If the wallet refuses the
// money, the charge is voided; the returned payment has the failure. A payment that is already Booked is returned with its entry, and one in
// any other status as it is.
func (e *Engine) Book(ctx context.Context, p *domain.Payment) (booking Booking, err error) {
	// TODO: the card is charged. What if the client has gone meanwhile?
	err = e.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		booking = Booking{}
		if booking.Payment, err = e.payments.Lock(ctx, p.ID()); err != nil {
			return err
		}
		switch booking.Payment.Status() {
		case domain.PaymentCharged:
			booking.Entry, err = e.book(ctx, booking.Payment)
		case domain.PaymentBooked:
			booking.Replayed = true
			booking.Entry, err = e.wallets.FindEntry(ctx, domain.KindCardTopUp, p.ID())
		}
		return err
	})
	if err != nil {
		return Booking{}, fmt.Errorf("book payment %s: %w", p.ID(), err)
	}
	if booking.Payment.Status() == domain.PaymentVoiding {
		// The decision is stored. If the provider does not answer now, the scanner repeats the call.
		if _, err := e.Void(ctx, booking.Payment, booking.Payment.Failure()); err != nil {
			logging.From(ctx).Warn("charge is not voided yet", logging.Event("wallet.payment.void_pending"),
				zap.String("payment_id", p.ID()), logging.Error(err))
		}
	}
	return booking, nil
}
