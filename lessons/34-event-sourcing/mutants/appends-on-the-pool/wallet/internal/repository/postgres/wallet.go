package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"shop/platform/postgres"
	"shop/wallet/internal/domain"
)

func (r *WalletRepository) Append(ctx context.Context, wallet *domain.Wallet) error {
	for _, entry := range wallet.Entries() {
		appended, err := r.queries.AppendEntry(ctx, r.pool, toAppendEntry(entry))
		var pgErr *pgconn.PgError
		switch {
		case errors.As(err, &pgErr) && pgErr.ConstraintName == "ledger_entries_once":
			return fmt.Errorf("%w: %s %s", domain.ErrAlreadyBooked, entry.EventType(), entry.Reference)
		case err != nil:
			return fmt.Errorf("append entry %s: %w", entry.ID, err)
		case appended == 0:
			return fmt.Errorf("append entry %s: %w", entry.ID, postgres.ErrStale)
		}
	}
	return nil
}
