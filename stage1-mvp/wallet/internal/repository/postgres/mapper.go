package postgres

import (
	"fmt"

	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/repository/postgres/gen"
)

func toEntry(row gen.LedgerEntry) (domain.Entry, error) {
	amount, err := domain.NewMoney(row.AmountMinor, row.Currency)
	if err != nil {
		return domain.Entry{}, fmt.Errorf("ledger entry %s: %w", row.ID, err)
	}
	return domain.Entry{
		ID:        row.ID,
		UserID:    row.UserID,
		Kind:      domain.EntryKind(row.Kind),
		Amount:    amount,
		Reference: row.Reference,
		Seq:       row.Seq,
		CreatedAt: row.CreatedAt,
	}, nil
}

func toEntries(rows []gen.LedgerEntry) ([]domain.Entry, error) {
	entries := make([]domain.Entry, len(rows))
	for i, row := range rows {
		entry, err := toEntry(row)
		if err != nil {
			return nil, err
		}
		entries[i] = entry
	}
	return entries, nil
}

func toAppendEntry(e domain.Entry) gen.AppendEntryParams {
	return gen.AppendEntryParams{
		ID:          e.ID,
		UserID:      e.UserID,
		Currency:    e.Amount.Currency(),
		Kind:        int16(e.Kind),
		AmountMinor: e.Amount.MinorUnits(),
		Reference:   e.Reference,
		Seq:         e.Seq,
		CreatedAt:   e.CreatedAt,
	}
}
