package postgres_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

// heldCommit has a trigger that waits, at the commit, for a lock that the test holds.
const heldCommit = `
CREATE TABLE things (name text PRIMARY KEY);
CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER held AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait();`

func TestWithTx_CallerGoneDuringCommit_CommitCompletes(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, fstest.MapFS{"1.sql": {Data: []byte(heldCommit)}})
	lock, err := pool.Begin(t.Context())
	require.NoError(t, err)
	_, err = lock.Exec(t.Context(), `SELECT pg_advisory_xact_lock(1)`)
	require.NoError(t, err)
	leaving, leave := context.WithCancel(t.Context())
	defer leave()
	outcome := make(chan error, 1)
	go func() {
		outcome <- postgres.NewTxManager(pool).WithTx(leaving, func(ctx context.Context) error { return insert(ctx, pool, "a") })
	}()
	require.Eventually(t, func() bool {
		var waiting int
		err := pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`).Scan(&waiting)
		return err == nil && waiting == 1
	}, 4*time.Second, 5*time.Millisecond, "the commit never waited for the lock")

	leave()
	require.NoError(t, lock.Rollback(t.Context()))

	assert.NoError(t, <-outcome, "the outcome of a commit that is cut short is unknown")
	assert.Equal(t, 1, count(t, pool))
}
