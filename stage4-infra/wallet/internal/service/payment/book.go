package payment

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/wallet/internal/domain"
)

// Booking is the result of Book. Entry is set if the payment is Booked; Replayed means that it was booked before.
type Booking struct {
	Payment  *domain.Payment
	Entry    domain.Entry
	Replayed bool
}

// Book adds the money of a Charged payment to the wallet and marks the payment as Booked, in one transaction. If the wallet refuses the
// money, the charge is voided; the returned payment has the failure. A payment that is already Booked is returned with its entry, and one in
// any other status as it is. Book ignores the end of the request: the card is charged, so the customer must get the money.
func (e *Engine) Book(ctx context.Context, p *domain.Payment) (booking Booking, err error) {
	booked, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.RecordTimeout)
	defer cancel()
	err = e.tx.WithTx(booked, func(ctx context.Context) (err error) {
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

func (e *Engine) book(ctx context.Context, p *domain.Payment) (domain.Entry, error) {
	wallet, err := e.wallets.Lock(ctx, p.UserID(), p.Amount().Currency())
	if err != nil {
		return domain.Entry{}, err
	}
	now := e.now()
	refused := wallet.TopUpByCard(p.Amount(), p.ID(), now)
	if errors.Is(refused, domain.ErrWalletFull) {
		if err := p.StartVoid(domain.PaymentFailure{Code: domain.FailureNotBooked, Reason: refused.Error()}, now); err != nil {
			return domain.Entry{}, err
		}
		return domain.Entry{}, e.store(ctx, p)
	}
	if refused != nil {
		return domain.Entry{}, refused
	}
	if err := e.wallets.Append(ctx, wallet); err != nil {
		return domain.Entry{}, err
	}
	if err := e.events.Publish(ctx, wallet.Events()...); err != nil {
		return domain.Entry{}, err
	}
	if err := p.MarkBooked(now); err != nil {
		return domain.Entry{}, err
	}
	return wallet.Entries()[0], e.store(ctx, p)
}
