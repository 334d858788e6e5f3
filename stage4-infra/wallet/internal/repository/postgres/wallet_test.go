package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/clock"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
	"shop/wallet/db"
	"shop/wallet/internal/domain"
	repository "shop/wallet/internal/repository/postgres"
	"shop/wallet/internal/repository/postgres/gen"
)

func euros(t *testing.T, minor int64) domain.Money {
	t.Helper()
	amount, err := domain.NewMoney(minor, "EUR")
	require.NoError(t, err)
	return amount
}

func TestAppend_StaleWallet_ReturnsErrStale(t *testing.T) {
	t.Parallel()
	wallets, user := repository.NewWalletRepository(repository.Config{SnapshotEvery: 3}, postgrestest.New(t, db.Migrations)), uuid.NewString()
	first, err := wallets.Lock(t.Context(), user, "EUR")
	require.NoError(t, err)
	second, err := wallets.Get(t.Context(), user, "EUR")
	require.NoError(t, err)
	require.NoError(t, first.TopUp(euros(t, 5), "k", clock.System()))
	require.NoError(t, second.TopUp(euros(t, 7), "k", clock.System()))

	require.NoError(t, wallets.Append(t.Context(), first))

	assert.ErrorIs(t, wallets.Append(t.Context(), second), postgres.ErrStale)
	stored, err := wallets.Get(t.Context(), user, "EUR")
	require.NoError(t, err)
	assert.Equal(t, domain.RestoreWallet(user, euros(t, 5), 1), stored)
}

func TestAppend_SecondEntryWithTheSameCause_ReturnsErrAlreadyBooked(t *testing.T) {
	t.Parallel()
	wallets, user := repository.NewWalletRepository(repository.Config{SnapshotEvery: 3}, postgrestest.New(t, db.Migrations)), uuid.NewString()
	for name, add := range map[string]func(w *domain.Wallet, cause string) error{
		"payment":   func(w *domain.Wallet, cause string) error { return w.TopUpByCard(euros(t, 5), cause, clock.System()) },
		"deduction": func(w *domain.Wallet, cause string) error { return w.Deduct(euros(t, 1), cause, clock.System()) },
		"refund": func(w *domain.Wallet, cause string) error {
			return w.Refund(domain.Entry{Amount: euros(t, -1), Reference: cause}, clock.System())
		},
	} {
		fund, err := wallets.Lock(t.Context(), user, "EUR")
		require.NoError(t, err)
		require.NoError(t, fund.TopUp(euros(t, 100), "the same key", clock.System()), "keys of the cash desk may repeat")
		require.NoError(t, wallets.Append(t.Context(), fund))
		cause := uuid.NewString()
		for n, want := range []error{nil, domain.ErrAlreadyBooked} {
			wallet, err := wallets.Lock(t.Context(), user, "EUR")
			require.NoError(t, err)
			require.NoError(t, add(wallet, cause))
			assert.ErrorIs(t, wallets.Append(t.Context(), wallet), want, "%s %d", name, n+1)
		}
	}
}

func TestListEntries_EachPageIsARangeOfTheIndex(t *testing.T) {
	t.Parallel()
	pool, user := postgrestest.New(t, db.Migrations), uuid.NewString()
	_, err := pool.Exec(t.Context(), `
		INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
		SELECT $1, CASE WHEN n % 4 = 0 THEN 'EUR' ELSE 'USD' END, n, 1, 1, n, n::text, now() FROM generate_series(1, 20000) n`, user)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `ANALYZE ledger_entries`)
	require.NoError(t, err)
	queries := gen.New()

	first := postgrestest.Plan(t, pool, func(db postgres.DBTX) error {
		_, err := queries.NewestEntries(t.Context(), db, gen.NewestEntriesParams{UserID: user, Currency: "EUR", PageLimit: 21})
		return err
	})
	next := postgrestest.Plan(t, pool, func(db postgres.DBTX) error {
		_, err := queries.EntriesBefore(t.Context(), db, gen.EntriesBeforeParams{UserID: user, Currency: "EUR", Before: 9000, PageLimit: 21})
		return err
	})

	assert.Contains(t, next, "seq < ")
	for _, plan := range []string{first, next} {
		assert.Contains(t, plan, "Index Scan Backward using ledger_entries_pkey")
		assert.Contains(t, plan, "Index Cond: (")
		assert.NotContains(t, plan, "Filter:", "a filter reads rows that it throws away")
		assert.NotContains(t, plan, "Sort")
	}
}

func TestAppend_UpdatesTheWalletInPlace(t *testing.T) {
	t.Parallel()
	pool, user := postgrestest.New(t, db.Migrations), uuid.NewString()
	wallets := repository.NewWalletRepository(repository.Config{SnapshotEvery: 3}, pool)
	for range 20 {
		wallet, err := wallets.Lock(t.Context(), user, "EUR")
		require.NoError(t, err)
		require.NoError(t, wallet.TopUp(euros(t, 1), "k", clock.System()))
		require.NoError(t, wallets.Append(t.Context(), wallet))
	}

	var updates, hot int
	require.Eventually(t, func() bool { // statistics arrive a little later
		require.NoError(t, pool.QueryRow(t.Context(),
			`SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'wallets'`).Scan(&updates, &hot))
		return updates == 20
	}, 10*time.Second, 10*time.Millisecond, "statistics of the wallets")
	assert.Equal(t, updates, hot, "an update that is not HOT also writes to the indexes")
}

func TestFindEntry_ReadsTheIndexOfCauses(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	_, err := pool.Exec(t.Context(), `
		INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
		SELECT gen_random_uuid(), 'EUR', 1, 2, -1, 1, n || '/DEDUCT_BALANCE', now() FROM generate_series(1, 20000) n`)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `ANALYZE ledger_entries`)
	require.NoError(t, err)

	plan := postgrestest.Plan(t, pool, func(db postgres.DBTX) error {
		_, err := gen.New().FindEntry(t.Context(), db, gen.FindEntryParams{Kind: 2, Reference: "7/DEDUCT_BALANCE"})
		return err
	})

	assert.Contains(t, plan, "ledger_entries_once")
	assert.NotContains(t, plan, "Seq Scan")
}
