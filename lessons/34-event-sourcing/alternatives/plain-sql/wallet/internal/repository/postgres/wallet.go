package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"shop/platform/postgres"
	"shop/wallet/internal/domain"
)

// Lock locks the row with the statement that creates it, and asks for the snapshot in a statement of its own.
func (r *WalletRepository) Lock(ctx context.Context, userID, currency string) (*domain.Wallet, error) {
	var version int64
	if err := r.db(ctx).QueryRow(ctx, `INSERT INTO wallets (user_id, currency) VALUES ($1, $2)
		ON CONFLICT (user_id, currency) DO UPDATE SET version = wallets.version RETURNING version`, userID, currency).Scan(&version); err != nil {
		return nil, err
	}
	wallet, saved, err := r.fromSnapshot(ctx, userID, currency)
	if err != nil {
		return nil, err
	}
	if wallet == nil {
		if wallet, err = domain.NewWallet(userID, currency); err != nil {
			return nil, err
		}
		if err = r.replay(ctx, wallet); err != nil {
			return nil, err
		}
	}
	if wallet.Version() != version {
		return nil, domain.ErrBrokenLedger
	}
	if saved < 0 || version >= saved+r.cfg.SnapshotEvery {
		_, err = r.db(ctx).Exec(ctx, `INSERT INTO wallet_snapshots (user_id, currency, version, balance_minor) VALUES ($1, $2, $3, $4)
			ON CONFLICT (user_id, currency) DO UPDATE SET version = $3, balance_minor = $4, created_at = now()`,
			userID, currency, version, wallet.Balance().MinorUnits())
	}
	return wallet, err
}

// fromSnapshot returns no wallet when there is no snapshot, or a wrong one: then saved is -1.
//
//stagecraft:add
func (r *WalletRepository) fromSnapshot(ctx context.Context, userID, currency string) (wallet *domain.Wallet, saved int64, err error) {
	var minor, proof int64
	err = r.db(ctx).QueryRow(ctx, `SELECT s.version, s.balance_minor, coalesce(e.balance_minor, -1) FROM wallet_snapshots AS s
		LEFT JOIN ledger_entries AS e ON e.user_id = s.user_id AND e.currency = s.currency AND e.seq = s.version
		WHERE s.user_id = $1 AND s.currency = $2`, userID, currency).Scan(&saved, &minor, &proof)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, 0, nil
	}
	if err != nil || minor != proof {
		return nil, -1, err
	}
	balance, err := domain.NewMoney(minor, currency)
	if err != nil {
		return nil, -1, err
	}
	wallet = domain.RestoreWallet(userID, balance, saved)
	if err = r.replay(ctx, wallet); errors.Is(err, domain.ErrBrokenLedger) {
		return nil, -1, nil
	}
	return wallet, saved, err
}

// replay folds what follows, page by page.
//
//stagecraft:add
func (r *WalletRepository) replay(ctx context.Context, wallet *domain.Wallet) error {
	for {
		entries, err := r.entriesFrom(ctx, wallet, wallet.Version()+1)
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := wallet.Fold(entries); err != nil {
			return err
		}
	}
}

// Append moves the row once, and then stores all entries.
func (r *WalletRepository) Append(ctx context.Context, wallet *domain.Wallet) error {
	entries := wallet.Entries()
	if len(entries) == 0 {
		return nil
	}
	last := entries[len(entries)-1]
	return postgres.NewTxManager(r.pool).WithTx(ctx, func(ctx context.Context) error {
		tag, err := r.db(ctx).Exec(ctx, `UPDATE wallets SET balance_minor = $3, version = $4, updated_at = $5
			WHERE user_id = $1 AND currency = $2 AND version = $6`,
			last.UserID, last.Balance.Currency(), last.Balance.MinorUnits(), last.Sequence, last.OccurredAt, entries[0].Sequence-1)
		if err != nil {
			return err
		}
		if tag.RowsAffected() != 1 {
			return fmt.Errorf("wallet of %s: %w", last.UserID, postgres.ErrStale)
		}
		for _, e := range entries {
			_, err := r.db(ctx).Exec(ctx, `INSERT INTO ledger_entries VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.UserID, e.Amount.Currency(),
				e.Sequence, int16(e.Kind), e.Amount.MinorUnits(), e.Balance.MinorUnits(), e.Reference, e.OccurredAt)
			if pgErr := new(pgconn.PgError); errors.As(err, &pgErr) && pgErr.ConstraintName == "ledger_entries_once" {
				return domain.ErrAlreadyBooked
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
