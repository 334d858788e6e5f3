package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

// firsts are all ways in which a transaction can begin. Each inserts a row.
var firsts = map[string]func(ctx context.Context, db postgres.DBTX, name string) error{
	"exec": func(ctx context.Context, db postgres.DBTX, name string) error {
		_, err := db.Exec(ctx, `INSERT INTO things VALUES ($1)`, name)
		return err
	},
	"query": func(ctx context.Context, db postgres.DBTX, name string) error {
		rows, err := db.Query(ctx, `INSERT INTO things VALUES ($1) RETURNING name`, name)
		if err != nil {
			return err
		}
		rows.Close()
		return rows.Err()
	},
	"row": func(ctx context.Context, db postgres.DBTX, name string) error {
		var inserted string
		return db.QueryRow(ctx, `INSERT INTO things VALUES ($1) RETURNING name`, name).Scan(&inserted)
	},
	"batch": func(ctx context.Context, db postgres.DBTX, name string) error {
		batch := &pgx.Batch{}
		batch.Queue(`INSERT INTO things VALUES ($1)`, name)
		return db.SendBatch(ctx, batch).Close()
	},
}

func TestWithTx_AnyFirstStatement_IsInTheTransaction(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, schema)
	tx, ctx := postgres.NewTxManager(pool), t.Context()
	refused := errors.New("refused")
	for kind, first := range firsts {
		err := tx.WithTx(ctx, func(ctx context.Context) error {
			require.NoError(t, first(ctx, postgres.GetDBTX(ctx, pool), kind), kind)
			require.NoError(t, insert(ctx, pool, kind+", next"), kind)
			return refused
		})
		require.ErrorIs(t, err, refused, kind)
		assert.Zero(t, count(t, pool), kind)
	}
	for kind, first := range firsts {
		require.NoError(t, tx.WithTx(ctx, func(ctx context.Context) error { return first(ctx, postgres.GetDBTX(ctx, pool), kind) }), kind)
	}
	assert.Equal(t, len(firsts), count(t, pool))
}

func TestWithTx_FirstStatementFails_CannotCommit(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, schema)
	tx, ctx := postgres.NewTxManager(pool), t.Context()
	require.NoError(t, insert(ctx, pool, "taken"))
	for kind, first := range firsts {
		err := tx.WithTx(ctx, func(ctx context.Context) error {
			require.Error(t, first(ctx, postgres.GetDBTX(ctx, pool), "taken"), kind)
			_ = insert(ctx, pool, kind)
			return nil // ignores the errors
		})
		require.Error(t, err, kind)
		assert.Equal(t, 1, count(t, pool), kind)
		assert.Zero(t, pool.Stat().AcquiredConns(), kind)
	}
}
