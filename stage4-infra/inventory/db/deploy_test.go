package db_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	repository "shop/inventory/internal/repository/postgres"
	"shop/inventory/internal/usecase"
	"shop/platform/postgrestest"
)

// The three deploys of reservations.total_quantity, as docs/migrations.md tells them.
const (
	released = "20260105090000_create_inventory.sql"
	expand   = "20260501090000_add_total_quantity.sql"
	expanded = "20260501090100_index_missing_totals.sql"
	contract = "20260520090000_require_total_quantity.sql"
	done     = "20260520090300_drop_index_missing_totals.sql"
)

const oldRows = 10_000

func TestMigrations_AddColumn_OldAndNewVersionsServe(t *testing.T) {
	t.Parallel()
	address := filled(t)
	before := serve(t, address, versionBefore)

	require.NoError(t, postgrestest.Migrate(t.Context(), address, between(t, expand, expanded)))
	writesBoth := serve(t, address, versionThatWritesBoth)
	before.wantMore()
	writesBoth.wantMore()

	backfill := usecase.NewBackfillTotals(usecase.BackfillConfig{Batch: 1000, Pause: time.Millisecond}, repository.NewTotals(pool(t, address)))
	require.NoError(t, backfill.Execute(t.Context()))
	before.wantMore()
	before.stop()
	require.NoError(t, backfill.Execute(t.Context()), "what the old version wrote behind the first walk")
	assert.Zero(t, number(t, address, "SELECT count(*) FROM reservations WHERE total_quantity IS NULL"))

	require.NoError(t, postgrestest.Migrate(t.Context(), address, between(t, contract, done)))
	writesBoth.wantMore()
	reads := serve(t, address, versionThatReads)
	reads.wantMore()
	writesBoth.stop()
	reads.stop()

	assert.Greater(t, number(t, address, "SELECT count(*) FROM reservations"), oldRows)
	assert.Zero(t, number(t, address, `SELECT count(*) FROM reservations AS r WHERE total_quantity <>
		(SELECT sum(quantity) FROM reservation_items AS i WHERE i.reservation_id = r.id)`), "every total is the sum of its items")
	_, err := exec(t, address, `INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at)
		VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, now(), now())`)
	assert.ErrorContains(t, err, "not-null constraint", "from now on the database itself keeps it so")
}

func TestMigrations_ContractBeforeBackfill_Fails(t *testing.T) {
	t.Parallel()
	address := filled(t)
	require.NoError(t, postgrestest.Migrate(t.Context(), address, between(t, expand, expanded)))

	err := postgrestest.Migrate(t.Context(), address, between(t, contract, done))

	require.ErrorContains(t, err, contract+": ")
	assert.ErrorContains(t, err, "there are reservations without total_quantity")
	assert.Contains(t, hintOf(err), "inventory/cmd/backfill")
}

func TestMigrations_TableInUse_GiveUpAfterLockTimeout(t *testing.T) {
	t.Parallel()
	address := filled(t)
	report, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer report.Close(t.Context())
	reading, err := report.Begin(t.Context())
	require.NoError(t, err)
	_, err = reading.Exec(t.Context(), "SELECT count(*) FROM reservations")
	require.NoError(t, err)
	shop := serve(t, address, versionBefore)

	err = postgrestest.Migrate(t.Context(), address, between(t, expand, expand))
	require.ErrorContains(t, err, "lock timeout", "without a limit every sale would wait behind the migration until the report ends")
	shop.wantMore()
	require.NoError(t, reading.Rollback(t.Context()))

	require.NoError(t, postgrestest.Migrate(t.Context(), address, between(t, expand, expand)), "it can be repeated")
	shop.stop()
}

func TestBackfill_Interrupted_ContinuesWhereItStopped(t *testing.T) {
	t.Parallel()
	address := filled(t)
	require.NoError(t, postgrestest.Migrate(t.Context(), address, between(t, expand, expanded)))
	totals := repository.NewTotals(pool(t, address))

	interrupted := usecase.NewBackfillTotals(usecase.BackfillConfig{Batch: 3000, Pause: time.Millisecond}, &interruptedTotals{totals, 2})
	require.ErrorIs(t, interrupted.Execute(t.Context()), errInterrupted)
	assert.Equal(t, oldRows-6000, number(t, address, "SELECT count(*) FROM reservations WHERE total_quantity IS NULL"), "what was filled stays filled")

	require.NoError(t, usecase.NewBackfillTotals(usecase.BackfillConfig{Batch: 3000}, totals).Execute(t.Context()))
	require.NoError(t, usecase.NewBackfillTotals(usecase.BackfillConfig{Batch: 3000}, totals).Execute(t.Context()), "filled twice is filled once")
	require.NoError(t, postgrestest.Migrate(t.Context(), address, between(t, contract, done)))
}
