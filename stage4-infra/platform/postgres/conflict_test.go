package postgres_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

func TestWithTx_Deadlock_BothSucceed(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, fstest.MapFS{"1.sql": {Data: []byte(
		`CREATE TABLE sums (name text PRIMARY KEY, n int NOT NULL); INSERT INTO sums VALUES ('a', 0), ('b', 0)`)}})
	tx := postgres.NewTxManager(pool)
	var both, done sync.WaitGroup
	var runs atomic.Int32
	both.Add(2)
	for _, names := range [][2]string{{"a", "b"}, {"b", "a"}} {
		done.Go(func() {
			first := true
			assert.NoError(t, tx.WithTx(t.Context(), func(ctx context.Context) error {
				runs.Add(1)
				for i, name := range names {
					if _, err := postgres.GetDBTX(ctx, pool).Exec(ctx, `UPDATE sums SET n = n + 1 WHERE name = $1`, name); err != nil {
						return err
					}
					if i == 0 && first { // each holds one row before it requests the other
						first = false
						both.Done()
						both.Wait()
					}
				}
				return nil
			}))
		})
	}
	done.Wait()

	assert.Greater(t, runs.Load(), int32(2), "at least one ran again")
	var least, most int
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT min(n), max(n) FROM sums`).Scan(&least, &most))
	assert.Equal(t, [2]int{2, 2}, [2]int{least, most}, "the first run was rolled back")
}

func TestWithTx_ConflictWithoutTimeForRerun_ReturnsAborted(t *testing.T) {
	t.Parallel()
	tx := postgres.NewTxManager(postgrestest.New(t, schema))
	for name, conflict := range map[string]error{
		"stale": postgres.ErrStale, "serialization": &pgconn.PgError{Code: "40001"}, "deadlock": &pgconn.PgError{Code: "40P01"},
	} {
		ctx, leave := context.WithCancel(t.Context())
		err := tx.WithTx(ctx, func(context.Context) error {
			leave()
			return conflict
		})
		assert.Equal(t, errs.Aborted, errs.CodeOf(err), name)
		assert.ErrorIs(t, err, conflict, name)
	}
}
