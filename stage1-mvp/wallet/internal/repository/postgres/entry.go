package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/repository/postgres/gen"
)

// FindDeduction implements domain.WalletRepository.
func (r *WalletRepository) FindDeduction(ctx context.Context, reference string) (domain.Entry, error) {
	row, err := r.queries.FindEntryByReference(ctx, r.db(ctx), gen.FindEntryByReferenceParams{
		Reference: reference, Kind: int16(domain.KindDeduct),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.Entry{}, fmt.Errorf("%w: deduction %s", domain.ErrEntryNotFound, reference)
	}
	if err != nil {
		return domain.Entry{}, fmt.Errorf("find deduction %s: %w", reference, err)
	}
	return toEntry(row)
}

// ListEntries implements domain.WalletRepository.
func (r *WalletRepository) ListEntries(
	ctx context.Context, userID, currency string, after *domain.Place, limit int,
) ([]domain.Entry, error) {
	rows, err := r.page(ctx, userID, currency, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list entries of %s: %w", userID, err)
	}
	return toEntries(rows)
}

// page chooses between two queries, because a single one with an OR could not use the index.
func (r *WalletRepository) page(
	ctx context.Context, userID, currency string, after *domain.Place, limit int,
) ([]gen.LedgerEntry, error) {
	if after == nil {
		return r.queries.FirstEntries(ctx, r.db(ctx), gen.FirstEntriesParams{
			UserID: userID, Currency: currency, PageLimit: int32(limit),
		})
	}
	return r.queries.EntriesBefore(ctx, r.db(ctx), gen.EntriesBeforeParams{
		UserID: userID, Currency: currency, CreatedAt: after.CreatedAt, ID: after.ID, PageLimit: int32(limit),
	})
}
