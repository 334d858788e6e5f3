package payment

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/wallet/internal/domain"
)

func (e *Engine) Book(ctx context.Context, p *domain.Payment) (booking Booking, err error) {
	err = e.inOwnTime(ctx, func(ctx context.Context) (err error) {
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
