package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

func GetDBTX(ctx context.Context, _ *pgxpool.Pool) DBTX {
	return current(ctx).tx
}
