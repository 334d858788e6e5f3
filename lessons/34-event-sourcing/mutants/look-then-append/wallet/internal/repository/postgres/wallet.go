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
	entries := wallet.Entries()
	stored, err := r.Get(ctx, wallet.UserID(), wallet.Balance().Currency())
	if err != nil {
		return err
	}
	if stored.Version() != wallet.Version()-int64(len(entries)) {
		return postgres.ErrStale
	}
	for _, e := range entries {
		_, err := r.db(ctx).Exec(ctx, `WITH moved AS (
				UPDATE wallets SET balance_minor = $6, version = $3, updated_at = $8 WHERE user_id = $1 AND currency = $2
			)
			INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			e.UserID, e.Amount.Currency(), e.Sequence, int16(e.Kind), e.Amount.MinorUnits(), e.Balance.MinorUnits(), e.Reference, e.OccurredAt)
		var pgErr *pgconn.PgError
		switch {
		case errors.As(err, &pgErr) && pgErr.ConstraintName == "ledger_entries_once":
			return domain.ErrAlreadyBooked
		case err != nil:
			return fmt.Errorf("append entry %s: %w", e.ID, err)
		}
	}
	return nil
}
