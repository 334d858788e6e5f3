package postgres_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

const connections = 4

// newChangedTable returns a pool whose connections have all prepared a query of a table whose column has changed its type since.
func newChangedTable(t *testing.T, query string) *pgxpool.Pool {
	t.Helper()
	pool := postgrestest.New(t, fstest.MapFS{"1.sql": {Data: []byte(`CREATE TABLE things (n int NOT NULL); INSERT INTO things VALUES (7)`)}})
	held := make([]*pgxpool.Conn, connections)
	for i := range held {
		var err error
		held[i], err = pool.Acquire(t.Context())
		require.NoError(t, err)
		var n int
		require.NoError(t, held[i].QueryRow(t.Context(), query).Scan(&n))
	}
	for _, conn := range held {
		conn.Release()
	}
	_, err := pool.Exec(t.Context(), `ALTER TABLE things ALTER COLUMN n TYPE bigint`)
	require.NoError(t, err)
	return pool
}

func TestGetDBTX_ColumnTypeChanged_StatementsRunAgain(t *testing.T) {
	t.Parallel()
	const query = `SELECT n FROM things`
	for name, read := range map[string]func(db postgres.DBTX) (int64, error){
		"QueryRow": func(db postgres.DBTX) (n int64, err error) {
			return n, db.QueryRow(t.Context(), query).Scan(&n)
		},
		"Query": func(db postgres.DBTX) (n int64, err error) {
			rows, err := db.Query(t.Context(), query)
			if err != nil {
				return 0, err
			}
			defer rows.Close()
			for rows.Next() {
				if err := rows.Scan(&n); err != nil {
					return 0, err
				}
			}
			return n, rows.Err()
		},
		"Exec": func(db postgres.DBTX) (int64, error) {
			tag, err := db.Exec(t.Context(), query)
			return 6 + tag.RowsAffected(), err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := newChangedTable(t, query)

			for range 2 * connections {
				n, err := read(postgres.GetDBTX(t.Context(), pool))
				require.NoError(t, err)
				assert.EqualValues(t, 7, n)
			}
		})
	}
}

func TestWithTx_ColumnTypeChanged_RunsAgain(t *testing.T) {
	t.Parallel()
	const query = `SELECT n FROM things FOR UPDATE`
	pool := newChangedTable(t, query)

	for range 2 * connections {
		var n int64
		require.NoError(t, postgres.NewTxManager(pool).WithTx(t.Context(), func(ctx context.Context) error {
			return postgres.GetDBTX(ctx, pool).QueryRow(ctx, query).Scan(&n)
		}))
		assert.EqualValues(t, 7, n)
	}
}
