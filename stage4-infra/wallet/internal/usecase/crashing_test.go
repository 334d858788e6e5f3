package usecase_test

import (
	"context"

	"shop/platform/crashtest"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/payment"
)

// crashingPayments dies before or after a claim, which has no transaction of its own.
type crashingPayments struct {
	domain.PaymentRepository
	*crashtest.Process
}

func (c crashingPayments) Claim(ctx context.Context, stale domain.StalePayment) (claimed *domain.Payment, err error) {
	err = c.Around(func() (err error) { claimed, err = c.PaymentRepository.Claim(ctx, stale); return err })
	return claimed, err
}

// crashingProvider dies before or after a call, without seeing the answer.
type crashingProvider struct {
	*crashtest.Process
	provider payment.Provider
}

func (c crashingProvider) Charge(ctx context.Context, p *domain.Payment, source string) error {
	return c.Around(func() error { return c.provider.Charge(ctx, p, source) })
}

func (c crashingProvider) Find(ctx context.Context, p *domain.Payment) error {
	return c.Around(func() error { return c.provider.Find(ctx, p) })
}

func (c crashingProvider) Void(ctx context.Context, p *domain.Payment) error {
	return c.Around(func() error { return c.provider.Void(ctx, p) })
}
