package postgres

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/repository/postgres/gen"
)

// foldPage is how many entries are in memory at a time while a ledger is folded.
const foldPage = 1000

// load returns the wallet as its ledger says, from its snapshot on, and stores a new snapshot when many entries have followed. Version 0 means
// that there is no snapshot. A snapshot that the ledger disproves is replaced. Call it while the wallet is locked.
func (r *WalletRepository) load(ctx context.Context, snapshot *domain.Wallet) (*domain.Wallet, error) {
	wallet, err := r.fold(ctx, snapshot)
	wrong := errors.Is(err, domain.ErrBrokenLedger) && snapshot.Version() > 0
	if wrong {
		logging.From(ctx).Warn("wrong snapshot", logging.Event("wallet.snapshot.rejected"), zap.String("user_id", snapshot.UserID()),
			zap.String("currency", snapshot.Balance().Currency()), zap.Int64("version", snapshot.Version()), logging.Error(err))
		wallet, err = r.foldAll(ctx, snapshot.UserID(), snapshot.Balance().Currency())
	}
	if err != nil {
		return nil, err
	}
	if wrong || wallet.Version()-snapshot.Version() >= r.cfg.SnapshotEvery {
		return wallet, r.saveSnapshot(ctx, wallet)
	}
	return wallet, nil
}

func (r *WalletRepository) foldAll(ctx context.Context, userID, currency string) (*domain.Wallet, error) {
	empty, err := domain.NewWallet(userID, currency)
	if err != nil {
		return nil, err
	}
	return r.fold(ctx, empty)
}

// fold applies the entries after the snapshot to a copy of it. The last entry that is in the snapshot is read as well: it has the same balance,
// or the snapshot is wrong.
func (r *WalletRepository) fold(ctx context.Context, snapshot *domain.Wallet) (*domain.Wallet, error) {
	wallet := domain.RestoreWallet(snapshot.UserID(), snapshot.Balance(), snapshot.Version())
	proven := snapshot.Version() == 0
	for first := snapshot.Version(); ; first = wallet.Version() + 1 {
		entries, err := r.entriesFrom(ctx, wallet, first)
		if err != nil {
			return nil, err
		}
		last := len(entries) < foldPage
		if !proven {
			if len(entries) == 0 || entries[0].Sequence != snapshot.Version() || entries[0].Balance != snapshot.Balance() {
				return nil, domain.ErrBrokenLedger
			}
			entries, proven = entries[1:], true
		}
		if err := wallet.Fold(entries); err != nil || last {
			return wallet, err
		}
	}
}

func (r *WalletRepository) entriesFrom(ctx context.Context, wallet *domain.Wallet, first int64) ([]domain.Entry, error) {
	rows, err := r.queries.EntriesFrom(ctx, r.db(ctx), gen.EntriesFromParams{
		UserID: wallet.UserID(), Currency: wallet.Balance().Currency(), First: first, PageLimit: foldPage,
	})
	if err != nil {
		return nil, err
	}
	return toEntries(rows)
}

func (r *WalletRepository) saveSnapshot(ctx context.Context, wallet *domain.Wallet) error {
	return r.queries.SaveSnapshot(ctx, r.db(ctx), gen.SaveSnapshotParams{
		UserID: wallet.UserID(), Currency: wallet.Balance().Currency(), Version: wallet.Version(), BalanceMinor: wallet.Balance().MinorUnits(),
	})
}
