package domain_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stagecraft/stage1-mvp/wallet/internal/domain"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func TestABalanceIsTheFoldOfItsLedgerFromAnySnapshot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		wallet, err := domain.NewWallet("user", "EUR")
		require.NoError(t, err)
		nothing := domain.Snapshot{Balance: wallet.Balance()}
		snapshots := []domain.Snapshot{nothing}
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			amount := euros(t, rapid.Int64Range(-10, 1000).Draw(t, "amount"))
			if rapid.Bool().Draw(t, "top up") {
				_ = wallet.TopUp("id", amount, "key", noon)
			} else {
				_ = wallet.Deduct("id", amount, "saga", noon)
			}
			snapshots = append(snapshots, domain.Snapshot{Seq: wallet.Version(), Balance: wallet.Balance()})
			if wallet.Balance().IsNegative() {
				t.Fatalf("balance is %s", wallet.Balance())
			}
		}
		ledger := wallet.Entries()
		from := rapid.SampledFrom(snapshots).Draw(t, "snapshot")

		folded, err := domain.Fold("user", from, ledger[from.Seq:])

		require.NoError(t, err)
		if folded.Balance() != wallet.Balance() || folded.Version() != wallet.Version() {
			t.Fatalf("folded to %s at %d, not %s at %d", folded.Balance(), folded.Version(), wallet.Balance(), wallet.Version())
		}
	})
}

func TestFoldNoticesAMissingEntry(t *testing.T) {
	t.Parallel()
	wallet := funded(t, 10, 20, 30)
	ledger := wallet.Entries()
	start := domain.Snapshot{Balance: euros(t, 0)}

	for name, broken := range map[string][]domain.Entry{
		"first missing":  ledger[1:],
		"middle missing": {ledger[0], ledger[2]},
		"twice":          {ledger[0], ledger[0]},
	} {
		_, err := domain.Fold("user", start, broken)
		assert.ErrorIs(t, err, domain.ErrBrokenLedger, name)
	}
}

func TestARefundPutsBackWhatWasTaken(t *testing.T) {
	t.Parallel()
	wallet := funded(t, 100)
	require.NoError(t, wallet.Deduct("d", euros(t, 40), "saga", noon))
	deduction := wallet.Entries()[1]

	require.NoError(t, wallet.Refund("r", deduction, noon))

	assert.Equal(t, euros(t, 100), wallet.Balance())
	refund := wallet.Entries()[2]
	assert.Equal(t, domain.KindRefund, refund.Kind)
	assert.Equal(t, "saga", refund.Reference)
}

func TestAWalletRefuses(t *testing.T) {
	t.Parallel()
	dollars, err := domain.NewMoney(1, "USD")
	require.NoError(t, err)
	for name, test := range map[string]struct {
		do   func(*domain.Wallet) error
		want error
	}{
		"more than there is": {func(w *domain.Wallet) error { return w.Deduct("", euros(t, 101), "", noon) }, domain.ErrInsufficientBalance},
		"taking nothing":     {func(w *domain.Wallet) error { return w.Deduct("", euros(t, 0), "", noon) }, domain.ErrInvalidAmount},
		"taking a debt":      {func(w *domain.Wallet) error { return w.Deduct("", euros(t, math.MinInt64), "", noon) }, domain.ErrInvalidAmount},
		"another currency":   {func(w *domain.Wallet) error { return w.Deduct("", dollars, "", noon) }, domain.ErrCurrencyMismatch},
		"adding nothing":     {func(w *domain.Wallet) error { return w.TopUp("", euros(t, 0), "", noon) }, domain.ErrInvalidAmount},
		"too much":           {func(w *domain.Wallet) error { return w.TopUp("", euros(t, math.MaxInt64), "", noon) }, domain.ErrWalletFull},
	} {
		wallet := funded(t, 100)
		assert.ErrorIs(t, test.do(wallet), test.want, name)
		assert.Equal(t, funded(t, 100), wallet, name)
	}
}

func TestASnapshotIsDueWheneverAMultipleIsPassed(t *testing.T) {
	t.Parallel()
	for entries, want := range map[int]bool{0: false, 1: false, 2: false, 3: true, 4: true, 7: true} {
		wallet := funded(t, make([]int64, entries)...)
		snapshot, due := wallet.SnapshotDue(3)
		assert.Equal(t, want, due, "%d entries", entries)
		if due {
			assert.Equal(t, domain.Snapshot{Seq: wallet.Version(), Balance: wallet.Balance()}, snapshot)
		}
	}
}

// funded returns a wallet with these top-ups, each at least 1, all of them not stored yet.
func funded(t require.TestingT, amounts ...int64) *domain.Wallet {
	wallet, err := domain.NewWallet("user", "EUR")
	require.NoError(t, err)
	for _, amount := range amounts {
		require.NoError(t, wallet.TopUp("id", euros(t, max(amount, 1)), "key", noon))
	}
	return wallet
}

func euros(t require.TestingT, minor int64) domain.Money {
	money, err := domain.NewMoney(minor, "EUR")
	require.NoError(t, err)
	return money
}
