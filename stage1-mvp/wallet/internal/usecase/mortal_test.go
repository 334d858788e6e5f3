package usecase_test

import (
	"context"

	"stagecraft/stage1-mvp/platform/crashtest"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
)

// mortalPayments dies before or after what is stored outside of a transaction.
type mortalPayments struct {
	domain.PaymentRepository
	*crashtest.Process
}

func (m mortalPayments) Create(ctx context.Context, p *domain.Payment) (stored *domain.Payment, err error) {
	err = m.Around(func() (err error) { stored, err = m.PaymentRepository.Create(ctx, p); return err })
	return stored, err
}

func (m mortalPayments) Claim(ctx context.Context, stale domain.StalePayment) (claimed *domain.Payment, err error) {
	err = m.Around(func() (err error) { claimed, err = m.PaymentRepository.Claim(ctx, stale); return err })
	return claimed, err
}

// mortalProvider dies before the call or after it, and never knows its answer then.
type mortalProvider struct {
	*crashtest.Process
	provider payment.Provider
}

func (m mortalProvider) Charge(ctx context.Context, p *domain.Payment, source string) error {
	return m.Around(func() error { return m.provider.Charge(ctx, p, source) })
}

func (m mortalProvider) Find(ctx context.Context, p *domain.Payment) error {
	return m.Around(func() error { return m.provider.Find(ctx, p) })
}

func (m mortalProvider) Void(ctx context.Context, p *domain.Payment) error {
	return m.Around(func() error { return m.provider.Void(ctx, p) })
}

func (m mortalProvider) Refund(ctx context.Context, p *domain.Payment) error {
	return m.Around(func() error { return m.provider.Refund(ctx, p) })
}
