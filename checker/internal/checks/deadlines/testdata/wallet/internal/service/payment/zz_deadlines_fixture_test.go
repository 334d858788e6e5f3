// Hidden checks of the lesson on deadlines. They use only names that the lesson gives. Time in them is that of package synctest: it passes
// only while all goroutines wait.
package payment_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/payment"
)

type zzdFailure struct{ id, sentence, expected, seen, why string }

func zzdFail(t *testing.T, f zzdFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

type zzdKey struct{}

// zzdLeft says how much time a context has.
func zzdLeft(ctx context.Context) string {
	deadline, ok := ctx.Deadline()
	if !ok {
		return "no deadline"
	}
	return time.Until(deadline).String()
}

const zzdRecord = 5 * time.Second // RecordTimeout

// zzdSeen is a context that a transaction or the provider got.
type zzdSeen struct {
	ctx         context.Context
	left, value string
}

func zzdSee(ctx context.Context) zzdSeen {
	return zzdSeen{ctx, zzdLeft(ctx), fmt.Sprint(ctx.Value(zzdKey{}))}
}

// zzdWallet is a database and a payment provider, and an engine on them.
type zzdWallet struct {
	engine *payment.Engine
	stored domain.PaymentSnapshot
	balance,
	version int64

	answer   error                       // of the provider
	provider func(context.Context) error // what it does before it answers; an error is its answer
	slow     time.Duration               // how long a transaction takes
	frozen   bool                        // transactions do not end

	transactions, calls []zzdSeen
}

func zzdNew(t *testing.T, status domain.PaymentStatus) *zzdWallet {
	t.Helper()
	amount, err := domain.NewMoney(500, "EUR")
	if err != nil {
		t.Fatal(err)
	}
	w := &zzdWallet{stored: domain.PaymentSnapshot{ID: "0a8f3d1e-9f5c-4a55-8d0b-6a1f0c5f7d11", UserID: "1b8f3d1e-9f5c-4a55-8d0b-6a1f0c5f7d12", Amount: amount, Status: status, Version: 1}}
	w.engine = payment.NewEngine(payment.Config{RecordTimeout: zzdRecord}, zzdProvider{w}, w, zzdPayments{w: w}, zzdWallets{w: w}, zzdEvents{}, zzdMetrics{}, time.Now)
	return w
}

func (w *zzdWallet) payment() *domain.Payment { return domain.RestorePayment(w.stored) }

// WithTx is a transaction: it fails when its context ends, and stores nothing then.
func (w *zzdWallet) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	w.transactions = append(w.transactions, zzdSee(ctx))
	took := w.slow
	if w.frozen {
		took = time.Hour
	}
	if ctx.Err() != nil {
		return fmt.Errorf("begin: %w", ctx.Err())
	}
	before, balance, version := w.stored, w.balance, w.version
	err := fn(ctx)
	if err == nil && took > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(took):
		}
	}
	if err == nil && ctx.Err() != nil {
		err = fmt.Errorf("commit: %w", ctx.Err())
	}
	if err != nil {
		w.stored, w.balance, w.version = before, balance, version
	}
	return err
}

type zzdPayments struct {
	domain.PaymentRepository
	w *zzdWallet
}

func (p zzdPayments) Lock(ctx context.Context, _ string) (*domain.Payment, error) {
	return p.w.payment(), ctx.Err()
}

func (p zzdPayments) Get(ctx context.Context, id string) (*domain.Payment, error) {
	return p.Lock(ctx, id)
}

func (p zzdPayments) Update(ctx context.Context, changed *domain.Payment) error {
	p.w.stored = changed.Snapshot()
	return ctx.Err()
}

type zzdWallets struct {
	domain.WalletRepository
	w *zzdWallet
}

func (r zzdWallets) Lock(ctx context.Context, userID, currency string) (*domain.Wallet, error) {
	balance, err := domain.NewMoney(r.w.balance, currency)
	return domain.RestoreWallet(userID, balance, r.w.version), errors.Join(err, ctx.Err())
}

func (r zzdWallets) Append(ctx context.Context, wallet *domain.Wallet) error {
	r.w.balance, r.w.version = wallet.Balance().MinorUnits(), wallet.Version()
	return ctx.Err()
}

type zzdEvents struct{}

func (zzdEvents) Publish(ctx context.Context, _ ...domain.Event) error { return ctx.Err() }

type zzdMetrics struct{}

func (zzdMetrics) ProviderAnswered(context.Context, string, string, time.Duration) {}

type zzdProvider struct{ w *zzdWallet }

func (p zzdProvider) call(ctx context.Context) error {
	p.w.calls = append(p.w.calls, zzdSee(ctx))
	if p.w.provider != nil {
		if err := p.w.provider(ctx); err != nil {
			return err
		}
	}
	return p.w.answer
}

func (p zzdProvider) Charge(ctx context.Context, _ *domain.Payment, _ string) error {
	return p.call(ctx)
}

func (p zzdProvider) Find(ctx context.Context, _ *domain.Payment) error { return p.call(ctx) }

func (p zzdProvider) Void(ctx context.Context, _ *domain.Payment) error {
	p.w.answer = nil
	return p.call(ctx)
}

// zzdFrozen is a provider that does not answer while its caller waits.
func zzdFrozen(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Hour):
		return errors.New("no answer for an hour")
	}
}
