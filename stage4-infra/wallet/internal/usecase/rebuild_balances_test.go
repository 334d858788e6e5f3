package usecase_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/paralleltest"
	repository "shop/wallet/internal/repository/postgres"
	"shop/wallet/internal/usecase"
	"shop/wallet/internal/usecase/dto"
)

func (f *fixture) rebuild(ctx context.Context, repair bool) error {
	cfg := usecase.RebuildConfig{Batch: 2, Repair: repair}
	return usecase.NewRebuildBalances(cfg, repository.NewBalances(f.pool)).Execute(ctx)
}

func (f *fixture) exec(sql string) {
	f.t.Helper()
	changed, err := f.pool.Exec(f.t.Context(), sql)
	require.NoError(f.t, err)
	require.NotZero(f.t, changed.RowsAffected())
}

func TestRebuild_Differences_AreReportedAndRepaired(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"balance":         "UPDATE wallets SET balance_minor = balance_minor + 1",
		"version":         "UPDATE wallets SET version = version - 1",
		"lost row":        "DELETE FROM wallets",
		"snapshot":        "UPDATE wallet_snapshots SET balance_minor = balance_minor + 1",
		"future snapshot": "UPDATE wallet_snapshots SET version = 1000",
	} {
		f := newFixture(t).funded(1).funded(2).funded(3).funded(4)
		for range 2 { // more than one batch
			other := *f
			other.user = dto.Caller{UserID: uuid.NewString()}
			other.funded(1).funded(1)
		}
		require.NoError(t, f.rebuild(t.Context(), false), name)
		f.exec(damage)

		assert.ErrorIs(t, f.rebuild(t.Context(), false), usecase.ErrBalancesDiffer, name)
		assert.ErrorIs(t, f.rebuild(t.Context(), true), usecase.ErrBalancesDiffer, name)
		assert.NoError(t, f.rebuild(t.Context(), false), name)
		f.wantBalance(10)
	}
}

func TestRebuild_BrokenLedger_IsReportedAndNotRepaired(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"missing entry":   "DELETE FROM ledger_entries WHERE seq = 1",
		"changed amount":  "UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE seq = 1",
		"running balance": "UPDATE ledger_entries SET balance_minor = balance_minor + 1 WHERE seq = 1",
	} {
		f := newFixture(t).funded(1).funded(2)
		f.exec(damage)

		for range 2 {
			assert.ErrorIs(t, f.rebuild(t.Context(), true), usecase.ErrBalancesDiffer, name)
		}
	}
}

// Appends go on while the rebuild runs with permission to repair: it finds no difference, and changes nothing.
func TestRebuild_UnderTraffic_FindsNoDifference(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(1)
	traffic := sync.WaitGroup{}
	ended := make(chan struct{})
	traffic.Go(func() {
		defer close(ended)
		for _, err := range paralleltest.Together(4, func(int) error {
			for range 25 {
				if _, err := f.topUp.Execute(t.Context(), f.deposit(uuid.NewString(), 1)); err != nil {
					return err
				}
			}
			return nil
		}) {
			assert.NoError(t, err)
		}
	})
	for running := true; running; {
		assert.NoError(t, f.rebuild(t.Context(), true))
		select {
		case <-ended:
			running = false
		default:
		}
	}
	traffic.Wait()
	f.wantBalance(101)
}

func TestWallet_WrongSnapshot_IsNotUsed(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"balance":         "UPDATE wallet_snapshots SET balance_minor = balance_minor + 1000",
		"future snapshot": "UPDATE wallet_snapshots SET version = 1000",
		"version":         "UPDATE wallet_snapshots SET version = version - 1",
		"no entry after":  "UPDATE wallet_snapshots SET version = 4, balance_minor = 1010",
	} {
		f := newFixture(t).funded(1).funded(2).funded(3).funded(4)
		f.exec(damage)

		_, err := f.deduct.Execute(t.Context(), f.purchase(11))

		assert.Error(t, err, "%s: 10 are there", name)
		_, err = f.deduct.Execute(t.Context(), f.purchase(10))
		require.NoError(t, err, name)
		f.wantBalance(0)
		require.NoError(t, f.rebuild(t.Context(), false), "%s: the snapshot was replaced", name)
	}
}
