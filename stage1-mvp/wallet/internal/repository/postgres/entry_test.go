package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/postgrestest"
	"stagecraft/stage1-mvp/wallet/db"
	"stagecraft/stage1-mvp/wallet/internal/repository/postgres/gen"
)

func TestEachPageOfALedgerIsARangeOfTheIndex(t *testing.T) {
	t.Parallel()
	pool, user := postgrestest.New(t, db.Migrations), uuid.NewString()
	_, err := pool.Exec(t.Context(), `INSERT INTO wallets (user_id, currency) VALUES ($1, 'EUR'), ($1, 'USD')`, user)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `
		INSERT INTO ledger_entries (id, user_id, currency, kind, amount_minor, reference, seq, created_at)
		SELECT gen_random_uuid(), $1, CASE WHEN n % 4 = 0 THEN 'EUR' ELSE 'USD' END, 1, 1, n::text, n, now() - n * interval '1 second'
		FROM generate_series(1, 20000) n`, user)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `ANALYZE ledger_entries`)
	require.NoError(t, err)
	queries := gen.New()

	first := postgrestest.Plan(t, pool, func(db postgres.DBTX) error {
		_, err := queries.FirstEntries(t.Context(), db, gen.FirstEntriesParams{UserID: user, Currency: "EUR", PageLimit: 21})
		return err
	})
	next := postgrestest.Plan(t, pool, func(db postgres.DBTX) error {
		_, err := queries.EntriesBefore(t.Context(), db, gen.EntriesBeforeParams{
			UserID: user, Currency: "EUR", CreatedAt: time.Now().Add(-2 * time.Hour), ID: user, PageLimit: 21,
		})
		return err
	})

	assert.Contains(t, next, "ROW(created_at, id) < ROW(")
	for _, plan := range []string{first, next} {
		assert.Contains(t, plan, "Index Scan using ledger_entries_newest")
		assert.Contains(t, plan, "Index Cond: (")
		assert.NotContains(t, plan, "Filter:", "what is filtered is read and thrown away")
		assert.NotContains(t, plan, "Sort")
	}
}
