package domain_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shop/wallet/internal/domain"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func TestWallet_BalanceIsTheFoldOfTheLedgerFromAnyEntry(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		wallet := funded(t)
		starts := []*domain.Wallet{funded(t)}
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			amount := euros(t, rapid.Int64Range(-10, 1000).Draw(t, "amount"))
			if rapid.Bool().Draw(t, "top up") {
				_ = wallet.TopUp(amount, "key", noon)
			} else {
				_ = wallet.Deduct(amount, "saga", noon)
			}
			starts = append(starts, domain.RestoreWallet("user", wallet.Balance(), wallet.Version()))
			if wallet.Balance().IsNegative() {
				t.Fatalf("balance is %s", wallet.Balance())
			}
		}
		folded := rapid.SampledFrom(starts).Draw(t, "start")

		require.NoError(t, folded.Fold(wallet.Entries()[folded.Version():]))

		require.Equal(t, wallet.Balance(), folded.Balance())
		require.Equal(t, wallet.Version(), folded.Version())
	})
}

func TestFold_InconsistentLedger_ReturnsErrBrokenLedger(t *testing.T) {
	t.Parallel()
	ledger := funded(t, 10, 20, 30).Entries()
	changed := ledger[1]
	changed.Balance = euros(t, 31)

	for name, broken := range map[string][]domain.Entry{
		"first missing":   ledger[1:],
		"middle missing":  {ledger[0], ledger[2]},
		"twice":           {ledger[0], ledger[0]},
		"another balance": {ledger[0], changed},
	} {
		assert.ErrorIs(t, funded(t).Fold(broken), domain.ErrBrokenLedger, name)
	}
}

func TestWallet_EventsContinueTheVersionWithoutGaps(t *testing.T) {
	t.Parallel()
	wallet := domain.RestoreWallet("user", euros(t, 10), 7)
	require.NoError(t, wallet.Deduct(euros(t, 4), "saga", noon))
	require.NoError(t, wallet.TopUpByCard(euros(t, 5), "payment", noon))

	events := wallet.Events()

	require.Len(t, events, 2)
	assert.Equal(t, domain.Entry{
		EventMeta: domain.EventMeta{ID: "user:EUR:9", Sequence: 9, OccurredAt: noon},
		UserID:    "user", Kind: domain.KindCardTopUp, Amount: euros(t, 5), Balance: euros(t, 11), Reference: "payment",
	}, events[1])
	assert.EqualValues(t, 9, wallet.Version())
}

func TestRefund_ReturnsTheDeductedAmount(t *testing.T) {
	t.Parallel()
	wallet := funded(t, 100)
	require.NoError(t, wallet.Deduct(euros(t, 40), "saga", noon))
	deduction := wallet.Entries()[1]

	require.NoError(t, wallet.Refund(deduction, noon))

	assert.Equal(t, euros(t, 100), wallet.Balance())
	refund := wallet.Entries()[2]
	assert.Equal(t, domain.KindRefund, refund.Kind)
	assert.Equal(t, "saga", refund.Reference)
}

func TestWallet_Refusals(t *testing.T) {
	t.Parallel()
	dollars, err := domain.NewMoney(1, "USD")
	require.NoError(t, err)
	for name, test := range map[string]struct {
		do   func(*domain.Wallet) error
		want error
	}{
		"deduct too much":          {func(w *domain.Wallet) error { return w.Deduct(euros(t, 101), "", noon) }, domain.ErrInsufficientBalance},
		"deduct nothing":           {func(w *domain.Wallet) error { return w.Deduct(euros(t, 0), "", noon) }, domain.ErrInvalidAmount},
		"deduct a negative amount": {func(w *domain.Wallet) error { return w.Deduct(euros(t, math.MinInt64), "", noon) }, domain.ErrInvalidAmount},
		"another currency":         {func(w *domain.Wallet) error { return w.Deduct(dollars, "", noon) }, domain.ErrCurrencyMismatch},
		"top up nothing":           {func(w *domain.Wallet) error { return w.TopUp(euros(t, 0), "", noon) }, domain.ErrInvalidAmount},
		"top up too much":          {func(w *domain.Wallet) error { return w.TopUp(euros(t, math.MaxInt64), "", noon) }, domain.ErrWalletFull},
		"card over the limit":      {func(w *domain.Wallet) error { return w.TopUpByCard(euros(t, domain.MaxBalance), "", noon) }, domain.ErrWalletFull},
	} {
		wallet := funded(t, 100)
		assert.ErrorIs(t, test.do(wallet), test.want, name)
		assert.Equal(t, funded(t, 100), wallet, name)
	}
}

// funded returns a new wallet with these top-ups.
func funded(t require.TestingT, amounts ...int64) *domain.Wallet {
	wallet, err := domain.NewWallet("user", "EUR")
	require.NoError(t, err)
	for _, amount := range amounts {
		require.NoError(t, wallet.TopUp(euros(t, amount), "key", noon))
	}
	return wallet
}

func euros(t require.TestingT, minor int64) domain.Money {
	money, err := domain.NewMoney(minor, "EUR")
	require.NoError(t, err)
	return money
}
