package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/postgres"
)

func TestDatabaseDown_ReturnsUnavailable(t *testing.T) {
	t.Parallel()
	pool, err := postgres.NewPool(t.Context(), postgres.Config{
		URL: "postgres://user@127.0.0.1:1/db", MaxConns: 1, StatementTimeout: time.Second, ConnectTimeout: time.Second, ConnLifetime: time.Hour,
	})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	db := postgres.GetDBTX(t.Context(), pool)

	_, execErr := db.Exec(t.Context(), `SELECT 1`)
	rows, queryErr := db.Query(t.Context(), `SELECT 1`)
	if queryErr == nil {
		rows.Close()
	}
	var n int
	for name, err := range map[string]error{
		"exec": execErr, "query": queryErr, "query row": db.QueryRow(t.Context(), `SELECT 1`).Scan(&n),
		"transaction": postgres.NewTxManager(pool).WithTx(t.Context(), func(context.Context) error { return nil }),
	} {
		assert.Equal(t, errs.Unavailable, errs.CodeOf(err), name)
	}
}
