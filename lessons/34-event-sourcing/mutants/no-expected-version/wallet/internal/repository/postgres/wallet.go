package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"shop/wallet/internal/domain"
)

func (r *WalletRepository) Append(ctx context.Context, wallet *domain.Wallet) error {
	for _, e := range wallet.Entries() {
		_, err := r.db(ctx).Exec(ctx, `WITH moved AS (
				UPDATE wallets SET balance_minor = balance_minor + $5, version = version + 1, updated_at = $7
				WHERE user_id = $1 AND currency = $2 RETURNING version, balance_minor
			)
			INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
			SELECT $1, $2, moved.version + 0 * $3::bigint, $4, $5, moved.balance_minor, $6, $7 FROM moved`,
			e.UserID, e.Amount.Currency(), e.Sequence, int16(e.Kind), e.Amount.MinorUnits(), e.Reference, e.OccurredAt)
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
