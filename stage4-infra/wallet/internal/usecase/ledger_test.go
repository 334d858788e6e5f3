package usecase_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shop/platform/errs"
	"shop/platform/idempotencystore"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase"
	"shop/wallet/internal/usecase/dto"
)

func TestLedger_BalanceIsTheFold(t *testing.T) {
	t.Parallel()
	shared := newFixture(t)
	rapid.Check(t, func(t *rapid.T) {
		f := *shared
		f.user = dto.Caller{UserID: uuid.NewString()}
		var balance int64
		var deducted []dto.Deduct
		for range rapid.IntRange(0, 12).Draw(t, "requests") {
			amount := rapid.Int64Range(1, 100).Draw(t, "amount")
			switch request := rapid.SampledFrom([]string{"top up", "deduct", "refund", "repeat"}).Draw(t, "request"); {
			case request == "top up":
				_, err := f.topUp.Execute(f.t.Context(), f.deposit(uuid.NewString(), amount))
				require.NoError(t, err)
				balance += amount
			case request == "deduct":
				purchase := f.purchase(amount)
				_, err := f.deduct.Execute(f.t.Context(), purchase)
				require.Equal(t, amount > balance, err != nil, "%v", err)
				if err == nil {
					balance -= amount
					deducted = append(deducted, purchase)
				}
			case request == "refund" && len(deducted) > 0:
				refunded, err := f.refund.Execute(f.t.Context(), undo(deducted[0]))
				require.NoError(t, err)
				require.True(t, refunded)
				balance += deducted[0].MinorUnits
				deducted = deducted[1:]
			case request == "repeat" && len(deducted) > 0:
				_, err := f.deduct.Execute(f.t.Context(), deducted[0])
				require.NoError(t, err)
			}
		}

		stored, err := f.wallets.Get(f.t.Context(), f.user.UserID, "EUR")
		require.NoError(t, err)
		entries, err := f.wallets.ListEntries(f.t.Context(), f.user.UserID, "EUR", 0, 100)
		require.NoError(t, err)
		folded, err := domain.NewWallet(f.user.UserID, "EUR")
		require.NoError(t, err)
		for i := range entries { // newest first
			require.NoError(t, folded.Fold(entries[len(entries)-1-i:len(entries)-i]))
		}
		require.Equal(t, balance, stored.Balance().MinorUnits())
		require.Equal(t, folded, stored)
		f.wantConsistentLedger(t)
	})
}

func TestLedgerInvariant_FindsEachInconsistency(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"balance":         "UPDATE wallets SET balance_minor = balance_minor + 1",
		"version":         "UPDATE wallets SET version = version + 1",
		"missing entry":   "DELETE FROM ledger_entries WHERE seq = 1",
		"missing entries": "DELETE FROM ledger_entries",
		"changed amount":  "UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE seq = 1",
		"running balance": "UPDATE ledger_entries SET balance_minor = balance_minor + 1 WHERE seq = 1",
	} {
		f := newFixture(t).funded(1).funded(2)
		f.wantBalance(3)
		_, err := f.pool.Exec(t.Context(), damage)
		require.NoError(t, err)

		probe := &failures{}
		f.wantConsistentLedger(probe)

		assert.NotZero(t, probe.count, name)
	}
}

// failures counts failed assertions instead of failing the test.
type failures struct{ count int }

func (f *failures) Errorf(string, ...any) { f.count++ }
func (f *failures) FailNow()              {}

func TestDeduct_SecondStepOfTheSameSaga_IsConflict(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	first := f.purchase(10)
	_, err := f.deduct.Execute(t.Context(), first)
	require.NoError(t, err)
	second := first
	second.StepName = "DEDUCT_AGAIN"

	for range 2 {
		_, err = f.deduct.Execute(t.Context(), second)
		assert.Equal(t, errs.Conflict, errs.CodeOf(err), "%v", err)
	}
	refunded, err := f.refund.Execute(t.Context(), undo(second))
	require.NoError(t, err)
	assert.False(t, refunded, "the refused step has deducted nothing")
	f.wantBalance(90)
}

func TestRefund_ForeignOrderOrUser_IsConflict(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	purchase := f.purchase(10)
	_, err := f.deduct.Execute(t.Context(), purchase)
	require.NoError(t, err)

	for name, change := range map[string]func(*dto.Refund){
		"order":   func(in *dto.Refund) { in.OrderID = uuid.NewString() },
		"user":    func(in *dto.Refund) { in.Caller = dto.Caller{UserID: uuid.NewString()} },
		"no user": func(in *dto.Refund) { in.Caller = dto.Caller{} },
	} {
		in := undo(purchase)
		change(&in)
		_, err := f.refund.Execute(t.Context(), in)
		assert.Equal(t, errs.Conflict, errs.CodeOf(err), "%s: %v", name, err)
		f.wantBalance(90)
	}
	refunded, err := f.refund.Execute(t.Context(), undo(purchase))
	require.NoError(t, err)
	assert.True(t, refunded, "the foreign requests must not have used up the refund")
	f.wantBalance(100)
}

func TestPrune_Everything_BooksNothingTwice(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	_, err := f.payIn.Execute(withTimeout(t), f.card("card", 500))
	require.NoError(t, err)
	deducted, refunded, pending := f.purchase(10), f.purchase(20), f.purchase(30)
	for _, purchase := range []dto.Deduct{deducted, refunded, pending} {
		_, err := f.deduct.Execute(t.Context(), purchase)
		require.NoError(t, err)
	}
	_, err = f.refund.Execute(t.Context(), undo(refunded))
	require.NoError(t, err)
	f.wantBalance(460)

	pruned, err := usecase.NewPruneProcessedEvents(usecase.PruneConfig{Batch: 2, Timeout: longTimeout}, idempotencystore.New(f.pool)).
		Execute(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, pruned)

	again, err := f.payIn.Execute(withTimeout(t), f.card("card", 500))
	require.NoError(t, err)
	assert.True(t, again.Replayed)
	assert.EqualValues(t, 500, again.Wallet.MinorUnits, "the first answer")
	for _, purchase := range []dto.Deduct{deducted, refunded} {
		_, err := f.deduct.Execute(t.Context(), purchase)
		assert.Equal(t, errs.Conflict, errs.CodeOf(err))
	}
	for range 2 {
		done, err := f.refund.Execute(t.Context(), undo(refunded))
		require.NoError(t, err)
		assert.True(t, done, "refunded before the pruning")
		f.wantBalance(460)
	}
	for range 2 {
		done, err := f.refund.Execute(t.Context(), undo(pending))
		require.NoError(t, err)
		assert.True(t, done, "the first refund comes after the pruning")
		f.wantBalance(490)
	}
	f.wantConserved("pruned")
}

func TestPruneConfig_Validate(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]usecase.PruneConfig{
		"PROCESSED_EVENTS_RETENTION":      {Interval: 1, Timeout: 1, Batch: 1},
		"PROCESSED_EVENTS_PRUNE_INTERVAL": {Retention: 1, Timeout: 1, Batch: 1},
		"PROCESSED_EVENTS_PRUNE_TIMEOUT":  {Retention: 1, Interval: 1, Batch: 1},
		"PROCESSED_EVENTS_PRUNE_BATCH":    {Retention: 1, Interval: 1, Timeout: 1},
	} {
		assert.ErrorContains(t, cfg.Validate(), name)
	}
	assert.NoError(t, (&usecase.PruneConfig{Retention: 1, Interval: 1, Timeout: 1, Batch: 1}).Validate())
}
