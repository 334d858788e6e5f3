package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/postgres"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/repository/postgres/gen"
)

const uniqueViolation = "23505"

// WalletRepository stores wallets and their ledgers in wallet_db.
type WalletRepository struct {
	cfg     Config
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewWalletRepository returns a repository on the pool.
func NewWalletRepository(cfg Config, pool *pgxpool.Pool) *WalletRepository {
	return &WalletRepository{cfg: cfg, pool: pool, queries: gen.New()}
}

// Get implements domain.WalletRepository. It reads the balance that is kept for queries.
func (r *WalletRepository) Get(ctx context.Context, userID, currency string) (*domain.Wallet, error) {
	row, err := r.queries.GetWallet(ctx, r.db(ctx), gen.GetWalletParams{UserID: userID, Currency: currency})
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.NewWallet(userID, currency)
	}
	if err != nil {
		return nil, fmt.Errorf("get wallet of %s: %w", userID, err)
	}
	return toWallet(userID, currency, row.BalanceMinor, row.Version)
}

// Lock implements domain.WalletRepository. The wallet is the fold of its ledger. Writers wait for the row lock; with the version check alone, most
// writers of a busy wallet would have to run again.
func (r *WalletRepository) Lock(ctx context.Context, userID, currency string) (*domain.Wallet, error) {
	key := gen.LockWalletParams{UserID: userID, Currency: currency}
	row, err := r.queries.LockWallet(ctx, r.db(ctx), key)
	if errors.Is(err, pgx.ErrNoRows) {
		if err := r.queries.EnsureWallet(ctx, r.db(ctx), gen.EnsureWalletParams(key)); err != nil {
			return nil, fmt.Errorf("open wallet of %s: %w", userID, err)
		}
		row, err = r.queries.LockWallet(ctx, r.db(ctx), key)
	}
	if err != nil {
		return nil, fmt.Errorf("lock wallet of %s: %w", userID, err)
	}
	snapshot, err := toWallet(userID, currency, row.SnapshotBalance, row.SnapshotVersion)
	if err != nil {
		return nil, err
	}
	wallet, err := r.load(ctx, snapshot)
	if err != nil {
		return nil, fmt.Errorf("load wallet of %s: %w", userID, err)
	}
	if wallet.Version() != row.Version {
		return nil, fmt.Errorf("%w: wallet of %s has %d entries, not %d", domain.ErrBrokenLedger, userID, wallet.Version(), row.Version)
	}
	return wallet, nil
}

// Append implements domain.WalletRepository. A wallet at another version than expected is postgres.ErrStale.
func (r *WalletRepository) Append(ctx context.Context, wallet *domain.Wallet) error {
	for _, entry := range wallet.Entries() {
		appended, err := r.queries.AppendEntry(ctx, r.db(ctx), toAppendEntry(entry))
		var pgErr *pgconn.PgError
		switch {
		case errors.As(err, &pgErr) && pgErr.Code == uniqueViolation && pgErr.ConstraintName == "ledger_entries_once":
			return fmt.Errorf("%w: %s %s", domain.ErrAlreadyBooked, entry.EventType(), entry.Reference)
		case err != nil:
			return fmt.Errorf("append entry %s: %w", entry.ID, err)
		case appended == 0:
			return fmt.Errorf("append entry %s: %w", entry.ID, postgres.ErrStale)
		}
	}
	return nil
}

// FindEntry implements domain.WalletRepository.
func (r *WalletRepository) FindEntry(ctx context.Context, kind domain.EntryKind, reference string) (domain.Entry, error) {
	row, err := r.queries.FindEntry(ctx, r.db(ctx), gen.FindEntryParams{Kind: int16(kind), Reference: reference})
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.Entry{}, fmt.Errorf("%w: kind %d, reference %s", domain.ErrEntryNotFound, kind, reference)
	}
	if err != nil {
		return domain.Entry{}, fmt.Errorf("find entry of kind %d, reference %s: %w", kind, reference, err)
	}
	return toEntry(row)
}

// ListEntries implements domain.WalletRepository. Two queries, because a single one with an OR could not use the index.
func (r *WalletRepository) ListEntries(
	ctx context.Context, userID, currency string, before int64, limit int,
) (entries []domain.Entry, err error) {
	var rows []gen.LedgerEntry
	if before == 0 {
		rows, err = r.queries.NewestEntries(ctx, r.db(ctx), gen.NewestEntriesParams{
			UserID: userID, Currency: currency, PageLimit: int32(limit),
		})
	} else {
		rows, err = r.queries.EntriesBefore(ctx, r.db(ctx), gen.EntriesBeforeParams{
			UserID: userID, Currency: currency, Before: before, PageLimit: int32(limit),
		})
	}
	if err != nil {
		return nil, fmt.Errorf("list entries of %s: %w", userID, err)
	}
	return toEntries(rows)
}

func (r *WalletRepository) db(ctx context.Context) postgres.DBTX {
	return postgres.GetDBTX(ctx, r.pool)
}
