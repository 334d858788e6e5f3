package usecase

import (
	"context"

	"shop/platform/postgres"
)

// entries counts the entries of all wallets, in the transaction of ctx.
func entries(ctx context.Context) (n int64, err error) {
	err = postgres.GetDBTX(ctx, nil).QueryRow(ctx, "SELECT count(*) FROM ledger_entries").Scan(&n)
	return n, err
}

var _ = entries
