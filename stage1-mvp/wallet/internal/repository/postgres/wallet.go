package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"

	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/repository/postgres/gen"
)

// WalletRepository keeps ledgers and their snapshots in wallet_db.
type WalletRepository struct {
	pool          *pgxpool.Pool
	queries       *gen.Queries
	snapshotEvery int64
}

// NewWalletRepository returns the repository on this pool, which stores a snapshot as often as cfg says.
func NewWalletRepository(pool *pgxpool.Pool, cfg Config) *WalletRepository {
	return &WalletRepository{pool: pool, queries: gen.New(), snapshotEvery: cfg.SnapshotEvery}
}

// Get implements domain.WalletRepository.
func (r *WalletRepository) Get(ctx context.Context, userID, currency string) (*domain.Wallet, error) {
	version, err := r.queries.GetWalletVersion(ctx, r.db(ctx), gen.GetWalletVersionParams{UserID: userID, Currency: currency})
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.NewWallet(userID, currency)
	}
	if err != nil {
		return nil, fmt.Errorf("get wallet of %s: %w", userID, err)
	}
	return r.fold(ctx, userID, currency, version)
}

// Lock implements domain.WalletRepository. Writers queue at the row; with the version check alone, most writers of a busy wallet would do
// their work in vain.
func (r *WalletRepository) Lock(ctx context.Context, userID, currency string) (*domain.Wallet, error) {
	if err := r.queries.EnsureWallet(ctx, r.db(ctx), gen.EnsureWalletParams{UserID: userID, Currency: currency}); err != nil {
		return nil, fmt.Errorf("open wallet of %s: %w", userID, err)
	}
	version, err := r.queries.LockWallet(ctx, r.db(ctx), gen.LockWalletParams{UserID: userID, Currency: currency})
	if err != nil {
		return nil, fmt.Errorf("lock wallet of %s: %w", userID, err)
	}
	return r.fold(ctx, userID, currency, version)
}

// fold reads the ledger up to version and no further: what others commit meanwhile is not part of the answer.
func (r *WalletRepository) fold(ctx context.Context, userID, currency string, version int64) (*domain.Wallet, error) {
	from, err := r.latestSnapshot(ctx, userID, currency, version)
	if err != nil {
		return nil, err
	}
	rows, err := r.queries.EntriesAfter(ctx, r.db(ctx), gen.EntriesAfterParams{
		UserID: userID, Currency: currency, AfterSeq: from.Seq, UpToSeq: version,
	})
	if err != nil {
		return nil, fmt.Errorf("read ledger of %s: %w", userID, err)
	}
	entries, err := toEntries(rows)
	if err != nil {
		return nil, err
	}
	wallet, err := domain.Fold(userID, from, entries)
	if err != nil {
		return nil, fmt.Errorf("fold ledger of %s: %w", userID, err)
	}
	if wallet.Version() != version {
		return nil, fmt.Errorf("fold ledger of %s to %d, not %d: %w", userID, wallet.Version(), version, domain.ErrBrokenLedger)
	}
	return wallet, nil
}

func (r *WalletRepository) latestSnapshot(ctx context.Context, userID, currency string, version int64) (domain.Snapshot, error) {
	row, err := r.queries.LatestSnapshot(ctx, r.db(ctx), gen.LatestSnapshotParams{
		UserID: userID, Currency: currency, UpToSeq: version,
	})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return domain.Snapshot{}, fmt.Errorf("read snapshot of %s: %w", userID, err)
	}
	// Without a row, the zero values are the snapshot before the first entry.
	balance, err := domain.NewMoney(row.BalanceMinor, currency)
	if err != nil {
		return domain.Snapshot{}, err
	}
	return domain.Snapshot{Seq: row.Seq, Balance: balance}, nil
}

// Append implements domain.WalletRepository.
func (r *WalletRepository) Append(ctx context.Context, wallet *domain.Wallet) error {
	entries := wallet.Entries()
	if len(entries) == 0 {
		return nil
	}
	if err := r.advance(ctx, wallet, entries); err != nil {
		return err
	}
	for _, entry := range entries {
		if err := r.queries.AppendEntry(ctx, r.db(ctx), toAppendEntry(entry)); err != nil {
			return fmt.Errorf("append entry %d of %s: %w", entry.Seq, entry.UserID, err)
		}
	}
	return r.snapshot(ctx, wallet)
}

// advance raises the version, if it is still the one that the entries were added to.
func (r *WalletRepository) advance(ctx context.Context, wallet *domain.Wallet, entries []domain.Entry) error {
	advanced, err := r.queries.AdvanceWallet(ctx, r.db(ctx), gen.AdvanceWalletParams{
		UserID:   wallet.UserID(),
		Currency: wallet.Balance().Currency(),
		Expected: wallet.Version() - int64(len(entries)),
		Next:     wallet.Version(),
		Now:      lo.LastOrEmpty(entries).CreatedAt,
	})
	if err != nil {
		return fmt.Errorf("advance wallet of %s: %w", wallet.UserID(), err)
	}
	// It can only be stale: Lock has made the row if it was missing, and nobody deletes one.
	if advanced == 0 {
		return fmt.Errorf("advance wallet of %s: %w", wallet.UserID(), postgres.ErrStale)
	}
	return nil
}

func (r *WalletRepository) snapshot(ctx context.Context, wallet *domain.Wallet) error {
	due, ok := wallet.SnapshotDue(r.snapshotEvery)
	if !ok {
		return nil
	}
	err := r.queries.SaveSnapshot(ctx, r.db(ctx), gen.SaveSnapshotParams{
		UserID:       wallet.UserID(),
		Currency:     due.Balance.Currency(),
		Seq:          due.Seq,
		BalanceMinor: due.Balance.MinorUnits(),
	})
	if err != nil {
		return fmt.Errorf("save snapshot %d of %s: %w", due.Seq, wallet.UserID(), err)
	}
	return nil
}

func (r *WalletRepository) db(ctx context.Context) postgres.DBTX {
	return postgres.GetDBTX(ctx, r.pool)
}
