package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"

	"shop/wallet/internal/repository/postgres/gen"
	"shop/wallet/internal/usecase/dto"
)

// Balances compares the balances and snapshots of wallet_db with its ledger.
type Balances struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewBalances returns Balances on this pool.
func NewBalances(pool *pgxpool.Pool) *Balances { return &Balances{pool: pool, queries: gen.New()} }

// Compare implements usecase.Balances. One statement locks nothing and sees one state of the database.
func (b *Balances) Compare(ctx context.Context, afterUser, afterCurrency string, size int32) ([]dto.Balance, error) {
	rows, err := b.queries.CompareBalances(ctx, b.pool, gen.CompareBalancesParams{
		AfterUser: afterUser, AfterCurrency: afterCurrency, Size: size,
	})
	if err != nil {
		return nil, fmt.Errorf("compare wallets after %s %s: %w", afterUser, afterCurrency, err)
	}
	return lo.Map(rows, func(row gen.CompareBalancesRow, _ int) dto.Balance { return toBalance(row) }), nil
}

// Repair implements usecase.Balances.
func (b *Balances) Repair(ctx context.Context, balance dto.Balance) error {
	if balance.SnapshotWrong {
		if _, err := b.queries.DropSnapshot(ctx, b.pool, gen.DropSnapshotParams{
			UserID: balance.UserID, Currency: balance.Currency,
			Version: balance.Snapshot.Version, BalanceMinor: balance.Snapshot.MinorUnits,
		}); err != nil {
			return fmt.Errorf("drop snapshot of %s: %w", balance.UserID, err)
		}
	}
	if balance.Stored != balance.Ledger {
		if _, err := b.queries.RepairBalance(ctx, b.pool, gen.RepairBalanceParams{
			UserID: balance.UserID, Currency: balance.Currency,
			BalanceMinor: balance.Ledger.MinorUnits, Version: balance.Ledger.Version,
			StoredBalance: balance.Stored.MinorUnits, StoredVersion: balance.Stored.Version,
		}); err != nil {
			return fmt.Errorf("repair balance of %s: %w", balance.UserID, err)
		}
	}
	return nil
}

func toBalance(row gen.CompareBalancesRow) dto.Balance {
	return dto.Balance{
		UserID: row.UserID, Currency: row.Currency,
		Stored:   dto.BalanceAt{MinorUnits: row.StoredBalance, Version: row.StoredVersion},
		Ledger:   dto.BalanceAt{MinorUnits: row.LedgerBalance, Version: row.LedgerVersion},
		Snapshot: dto.BalanceAt{MinorUnits: row.SnapshotBalance, Version: row.SnapshotVersion}, SnapshotWrong: row.SnapshotWrong,
		LedgerBroken: row.LedgerBroken,
	}
}
