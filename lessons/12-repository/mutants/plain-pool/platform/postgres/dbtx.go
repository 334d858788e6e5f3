package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

func GetDBTX(ctx context.Context, pool *pgxpool.Pool) DBTX {
	if t := current(ctx); t != nil {
		return t.tx
	}
	return pool
}
