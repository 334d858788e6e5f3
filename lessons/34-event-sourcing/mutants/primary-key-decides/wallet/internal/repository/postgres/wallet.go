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
		_, err := r.db(ctx).Exec(ctx, `INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			e.UserID, e.Amount.Currency(), e.Sequence, int16(e.Kind), e.Amount.MinorUnits(), e.Balance.MinorUnits(), e.Reference, e.OccurredAt)
		var pgErr *pgconn.PgError
		switch {
		case errors.As(err, &pgErr) && pgErr.ConstraintName == "ledger_entries_once":
			return domain.ErrAlreadyBooked
		case err != nil:
			return fmt.Errorf("append entry %s: %w", e.ID, err)
		}
		if _, err := r.db(ctx).Exec(ctx, `UPDATE wallets SET balance_minor = $3, version = $4, updated_at = $5 WHERE user_id = $1 AND currency = $2`,
			e.UserID, e.Amount.Currency(), e.Balance.MinorUnits(), e.Sequence, e.OccurredAt); err != nil {
			return fmt.Errorf("move wallet: %w", err)
		}
	}
	return nil
}
