package usecase_test

import (
	"context"
	"errors"
	"sync/atomic"

	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

var errDead = errors.New("the process is dead")

// mortal is a process that dies at one point of its work. From then on nothing that it does has an effect outside.
type mortal struct {
	diesAt int64 // which point; 0 for never
	points atomic.Int64
	dead   atomic.Bool
}

// point is a place at which the process may die.
func (m *mortal) point() error {
	if m.points.Add(1) == m.diesAt {
		m.dead.Store(true)
	}
	if m.dead.Load() {
		return errDead
	}
	return nil
}

// around puts a point before and after what fn does.
func (m *mortal) around(fn func() error) error {
	if err := m.point(); err != nil {
		return err
	}
	err := fn()
	if dead := m.point(); dead != nil {
		return dead
	}
	return err
}

// mortalTx dies before the transaction or after its commit.
type mortalTx struct {
	*mortal
	tx usecase.Transactor
}

func (m mortalTx) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	return m.around(func() error { return m.tx.WithTx(ctx, fn) })
}

// mortalPayments dies before or after what is stored outside of a transaction.
type mortalPayments struct {
	domain.PaymentRepository
	*mortal
}

func (m mortalPayments) Create(ctx context.Context, p *domain.Payment) (stored *domain.Payment, err error) {
	err = m.around(func() (err error) { stored, err = m.PaymentRepository.Create(ctx, p); return err })
	return stored, err
}

func (m mortalPayments) Claim(ctx context.Context, stale domain.StalePayment) (claimed *domain.Payment, err error) {
	err = m.around(func() (err error) { claimed, err = m.PaymentRepository.Claim(ctx, stale); return err })
	return claimed, err
}

// mortalProvider dies before the call or after it, and never knows its answer then.
type mortalProvider struct {
	*mortal
	provider payment.Provider
}

func (m mortalProvider) Charge(ctx context.Context, p *domain.Payment, source string) error {
	return m.around(func() error { return m.provider.Charge(ctx, p, source) })
}

func (m mortalProvider) Find(ctx context.Context, p *domain.Payment) error {
	return m.around(func() error { return m.provider.Find(ctx, p) })
}

func (m mortalProvider) Void(ctx context.Context, p *domain.Payment) error {
	return m.around(func() error { return m.provider.Void(ctx, p) })
}

func (m mortalProvider) Refund(ctx context.Context, p *domain.Payment) error {
	return m.around(func() error { return m.provider.Refund(ctx, p) })
}
